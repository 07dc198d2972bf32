import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from '../../src/formats/csv/index.js';
import type { ParseOptions } from '../../src/formats/format.js';
import { detectFormat } from '../../src/formats/index.js';
import { findWrapping } from '../../src/formats/wrapping/find.js';
import { readText, rowsOf } from './read-text.js';

const read = (text: string, options: Partial<ParseOptions> = {}) =>
  readText(csv, text, undefined, { tid: 0, ...options });
const rows = (text: string, options?: Partial<ParseOptions>) => rowsOf(read(text, options));

/** The one row of a record under the usual header, without its time. */
const record = (fields: string, header = 'ts,tid,syscall,ret,dur,fd,errno') =>
  rows(`${header}\n${fields}\n`).map((row) => row.replace(/^\S+ /, ''))[0];

describe('fields', () => {
  it.each([
    ['1.5,7,read,10,0.25,3,', '7 read:unknown(3) 0.250000000s 10'],
    ['1.5,7,read,-11,0.25,3,', '7 read:unknown(3)=EAGAIN 0.250000000s -1'],
    ['1.5,7,read,-1,0.25,3,EINTR', '7 read:unknown(3)=EINTR 0.250000000s -1'],
    ['1.5,7,read,-1,0.25,3,4', '7 read:unknown(3)=EINTR 0.250000000s -1'],
    ['1.5,7,read,10,0.25,3,0', '7 read:unknown(3) 0.250000000s 10'],
    ['1.5,7,read,-1 ENOENT (No such file or directory),0.25,3,', '7 read:unknown(3)=ENOENT 0.250000000s -1'],
    ['1.5,7,mmap,0x7f76a78ec000,0.25,,', '7 mmap 0.250000000s 2147483647 large'],
    ['1.5,7,mmap,140146000000000,0.25,,', '7 mmap 0.250000000s 2147483647 large'],
    ['1.5,7,read,?,0.25,3,', '7 read:unknown(3)=? 0.250000000s 0'],
    ['1.5,7,read,,0.25,3,', '7 read:unknown(3)=? 0.250000000s 0'],
    ['1.5, 7 ,  read , 10 ,  0.25, 3 ,', '7 read:unknown(3) 0.250000000s 10'],
    ['1.5,7,0,10,0.25,3,', '7 read:unknown(3) 0.250000000s 10'],
    ['1.5,7,sys_read,10,0.25,3,', '7 read:unknown(3) 0.250000000s 10'],
    ['1.5,7,__x64_sys_newfstatat,0,0.25,-100,', '7 newfstatat:cwd 0.250000000s 0'],
    ['1.5,7,openat,5,1e-3,,', '7 openat:file 0.001000000s 5'],
    ['1.5,7,restart_syscall,0,2,,', '7 restart_syscall 2.000000000s 0 restarted'],
    ['1.5,7,execve,-1,0.25,,E2BIG', '7 execve=E2BIG 0.250000000s -1'],
  ])('%s', (fields, expected) => expect(record(fields)).toBe(expected));

  it.each([
    ['ts,syscall', '1.5,read', '0 read:unknown - 0'],
    ['time,pid,call', '1.5,9,getpid', '9 getpid=? - 0'],
  ])('columns %s only', (header, fields) => {
    const trace = read(`${header}\n${fields}\n`);
    expect(trace.hasDurations).toBe(false);
    expect(trace.length).toBe(1);
    expect(trace.columns.errno[0]).toBe(255);
  });
});

describe('times', () => {
  const at = (text: string, options?: Partial<ParseOptions>) => {
    const trace = read(text, options);
    return [trace.clock, trace.origin.seconds, trace.origin.nanoseconds, trace.columns.start[1]];
  };
  it.each([
    ['1700000000.123456789', '1700000000.123456790', ['epoch', 1700000000, 123456789, 1]],
    ['1700000000123456789', '1700000000123456790', ['epoch', 1700000000, 123456789, 1]],
    ['1700000000123456', '1700000000123457.5', ['epoch', 1700000000, 123456000, 1500]],
    ['1700000000123', '1700000000123.0625', ['epoch', 1700000000, 123000000, 62500]],
    ['5', '2000000007', ['boot', 0, 5, 2000000002]],
    ['0.5', '2', ['boot', 0, 500000000, 1500000000]],
    ['2023-11-14T22:13:20.5Z', '2023-11-15T00:13:20.500000001+02:00', ['epoch', 1700000000, 500000000, 1]],
    ['2023-11-14 22:13:20', '2023-11-14 22:13:20.25', ['epoch', 1700000000, 0, 250000000]],
  ])('%s, %s', (first, second, expected) => {
    expect(at(`ts,syscall\n${first},read\n${second},read\n`)).toEqual(expected);
  });

  it('units in the names of columns, or given', () => {
    expect(rows('ts_ms,syscall,dur (us)\n1000,read,5\n1001.5,read,2.25\n')).toEqual([
      '0.000000000 0 read:unknown=? 0.000005000s 0',
      '0.001500000 0 read:unknown=? 0.000002250s 0',
    ]);
    expect(rows('ts,syscall,dur\n1000,read,5\n1002,read,1\n', { timeUnit: 'us' })).toEqual([
      '0.000000000 0 read:unknown=? 0.000005000s 0',
      '0.000002000 0 read:unknown=? 0.000001000s 0',
    ]);
  });
});

describe('layout', () => {
  const expected = ['0.000000000 8 read:unknown 0.250000000s 10 @3'];
  it.each([
    ['ts,pid,tid,cpu,syscall,ret,dur\n1.5,7,8,3,read,10,0.25\n'],
    ['1.5,7,8,3,read,10,0.25\n'],
    ['1.5;7;8;3;read;10;0.25\n'],
    ['1.5\t7\t8\t3\tread\t10\t0.25\n'],
    ['1.5|7|8|3|read|10|0.25'],
    ['\uFEFFTimestamp;Thread ID;PID;CPU;System call;Return value;Duration\r\n1.5;8;7;3;read;10;0.25\r\n'],
    ['# made by a tool\n\nx,ts,tid,pid,cpu,syscall,ret,dur\n?,1.5,8,7,3,read,10,0.25\n'],
    ['"ts","note","pid","tid","cpu","syscall","ret","dur"\n"1.5","a ""b"",\nc","7","8","3","read","10","0.25"\n'],
  ])('%j', (text) => {
    expect(rows(text)).toEqual(expected);
    expect(read(text).threads).toMatchObject([{ tid: 8, pid: 7 }]);
    expect(csv.detect(Buffer.from(text), '').score).toBe(1);
  });

  it('names of columns can be given, by name or by place', () => {
    const columns = { ts: 'when', syscall: 'what' };
    expect(rows('who,when,what\nx,1.5,read\n', { columns })).toEqual(['0.000000000 0 read:unknown=? - 0']);
    const places = { ts: '2', syscall: '3', tid: '1' };
    expect(rows('8,1.5,read\n', { columns: places, header: false })).toEqual(['0.000000000 8 read:unknown=? - 0']);
  });

  it.each([
    ['without a time', 'pid,syscall\n7,read\n'],
    ['without calls', 'ts,pid\n1.5,7\n'],
    ['that is prose', 'Dear Sir,\nread, write, and be merry,\n1, 2, 3\n'],
    ['that is empty', ''],
  ])('a text %s is not taken for a trace', (_, text) => {
    expect(csv.detect(Buffer.from(text), 'x.csv').score).toBe(0);
    expect(() => read(text || 'x\n')).toThrow(/no columns "ts" and "syscall"/);
    // A piece of it is skipped and counted.
    const lines = text.split('\n').length - 1;
    expect(csv.parseChunk(Buffer.from(text), { tid: 0 })).toMatchObject({ rows: 0, lines, skippedLines: lines });
  });
});

describe('threads', () => {
  it('a record without duration is a call that did not return', () => {
    const text = 'ts,tid,syscall,ret,dur\n1,7,read,,\n2,7,getpid,7,0.5\n3,8,futex,,\n4,7,getpid,7,1\n';
    expect(rows(text)).toEqual([
      '0.000000000 7 read:unknown=? 1.000000000s 0 unfinished',
      '1.000000000 7 getpid 0.500000000s 7',
      '2.000000000 8 futex=? 2.000000000s 0 unfinished',
      '3.000000000 7 getpid 1.000000000s 7',
    ]);
  });

  it('have names, parents and ends', () => {
    const text =
      'ts,pid,tid,syscall,ret,dur,comm\n1,7,7,clone3,8,0.1,sh\n2,7,8,getpid,7,0.1,web\n3,7,8,exit,0,,web\n4,9,8,getpid,9,0.1,x\n';
    expect(read(text).threads).toMatchObject([
      { tid: 7, pid: 7, name: 'sh', exitNs: null },
      { tid: 8, pid: 7, name: 'web', parent: 0, exitNs: 2e9 },
      { tid: 8, pid: 9, name: 'x', firstNs: 3e9 },
    ]);
  });
});

describe('cuts', () => {
  const cuts = (text: string) => {
    const bytes = Buffer.from(text);
    return csv.lastRecordStart(bytes);
  };
  it('are made at the last record', () => {
    expect(cuts('a,b\nc,d\n')).toBe(4);
    expect(cuts('a,b\nc,d')).toBe(4);
    expect(cuts('a,b\n')).toBe(0);
    expect(cuts('')).toBe(0);
  });
  it('are not made inside of a quoted field', () => {
    expect(cuts('a,b\nc,"d\ne"\n')).toBe(4);
    expect(cuts('a,b\nc,"d ""\n"" e"\nf,g')).toBe(18);
    expect(cuts('a,b\nc,"d\ne')).toBe(4);
  });
  it('are found where the stretch begins inside of one', () => {
    // The stretch begins in the middle of a field whose quote was opened before.
    expect(cuts('rest of a\nfield",1\n2,"x\ny",3\n4,"z\nz",5\n')).toBe('rest of a\nfield",1\n2,"x\ny",3\n'.length);
  });
  it('do not change what is read', () => {
    const lines = Array.from({ length: 60 }, (_, i) =>
      i % 3 ? `${i},7,read,${i},0.5,plain` : `${i},"7",read,-11,0.5,"a ""note"",\nof ${i} lines\n\n"`,
    );
    const text = `ts,tid,syscall,ret,dur,note\n${lines.join('\n')}\n`;
    for (const size of [1, 40, 100, 1000]) expect(rowsOf(readText(csv, text, size))).toEqual(rows(text));
    expect(rows(text).length).toBe(60);
  });
  it('quotes change nothing, wherever they stand', () => {
    const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
    const record = fc.record({
      // Blanks round the quotation marks.
      blanks: fc.constantFrom('', '', ' ', '  '),
      call: fc.constantFrom('read', 'futex', 'epoll_wait'),
      ret: fc.integer({ min: -20, max: 5000 }),
      note: fc.string({ unit: fc.constantFrom('a', 'é', ' ', "'"), maxLength: 5 }),
      // Which fields are quoted; whether the note has a mark that needs it, or a quote where none belongs.
      marks: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
      odd: fc.constantFrom('', ',', '"', '\n', 'x"y', ' "'),
      end: fc.constantFrom('\n', '\r\n'),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), fc.boolean(), (records, strayQuotes) => {
        const header = 'ts,tid,syscall,ret,dur,note,comm\n';
        const plain = records.map(({ call, ret }, i) => `${i},7,${call},${ret},0.5,,web\n`);
        const marked = records.map(({ blanks, call, ret, note, marks, odd, end }, i) => {
          const field = (value: string, k: number) => (marks[k] ? blanks + quoted(value) + blanks : value);
          const stray = strayQuotes && i % 3 === 2 ? `"${note}"${note}b` : quoted(note + odd);
          return (
            [field(`${i}`, 0), '7', field(call, 1), field(`${ret}`, 2), '0.5', stray, field('web', 3)].join() + end
          );
        });
        expect(rows(header + marked.join(''))).toEqual(rows(header + plain.join('')));
      }),
    );
  });
  const table = [
    ['ts', 'tid', 'syscall', 'ret', 'dur', 'comm'],
    ['1.5', '7', 'read', '10', '0.25', 'a, "b"; c\td'],
    ['1.75', '8', 'futex', '-11', '0.5', ''],
  ];
  const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
  it.each([',', ';', '\t', '|'])('all fields may be quoted, names too, with %j between them', (separator) => {
    for (const blanks of ['', ' ']) {
      const lines = table.map((fields) => fields.map(quoted).join(separator + blanks));
      const all = `${lines.join('\n')}\n`;
      expect(findWrapping(Buffer.from(all))).toBeNull();
      expect(detectFormat(Buffer.from(all), '')?.format.id).toBe('csv');
      for (const text of [all, `sep=${separator}\n${all}`, all.replaceAll('\n', '\r\n')]) {
        const trace = read(text);
        expect(trace.threads.map(({ name }) => name)).toEqual(['a, "b"; c\td', '']);
        expect(trace.skipped.lines).toBe(0);
        expect(rowsOf(trace)).toEqual([
          '0.000000000 7 read:unknown 0.250000000s 10',
          '0.250000000 8 futex=EAGAIN 0.500000000s -1',
        ]);
      }
    }
  });
  it('a quote that is never closed costs its line only', () => {
    const trace = read('ts,tid,syscall,note\n1,7,read,a\n2,7,read,"b\n3,7,read,c\n');
    expect(trace.length).toBeGreaterThanOrEqual(2);
  });
});
