import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strace } from '../../src/formats/strace/index.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import { mergeTraces } from '../../src/trace/merge-traces.js';
import type { TraceChunk } from '../../src/trace/chunk.js';
import { unwrapDay } from '../../src/trace/day-clock.js';
import { dumpTrace } from '../helpers/dump-trace.js';
import { sortingPermutation, unsortedRange } from '../../src/trace/sort-rows.js';
import { FLAG_ENTRY_UNSEEN, rowsByThread, type Trace } from '../../src/trace/table.js';

const chunk = (text: string, tid = 0): TraceChunk => strace.parseChunk(Buffer.from(text, 'latin1'), { tid });

/** Each text is parsed apart and appended. */
function build(...texts: string[]): Trace {
  const builder = new TraceBuilder('strace');
  for (const text of texts) builder.append(chunk(text));
  return builder.finish();
}
const rows = (trace: Trace) => dumpTrace(trace).split('\n').slice(0, -1);

describe('calls whose halves lie in two chunks', () => {
  it('are joined, with what each half tells', () => {
    const trace = build(
      '1 1700000000.1 epoll_wait(5<anon_inode:[eventpoll]>,  <unfinished ...>\n2 1700000000.2 getpid() = 2 <0.000001>\n',
      '2 1700000000.3 getuid() = 0 <0.000001>\n',
      '2 1700000000.4 getgid() = 0 <0.000001>\n1 1700000000.5 <... epoll_wait resumed>[], 8, 0) = -1 EINTR (Interrupted) <0.4>\n > /bin/x(main+0x1) [0x1]\n',
    );
    expect(rows(trace)).toEqual([
      '0.000000000 1 epoll_wait#now:epoll(5)=EINTR 0.400000000s -1 [main]',
      '0.100000000 2 getpid 0.000001000s 2',
      '0.200000000 2 getuid 0.000001000s 0',
      '0.300000000 2 getgid 0.000001000s 0',
    ]);
  });

  it('without durations in the text last from entry to exit', () => {
    const trace = build('1 1700000000.1 pause( <unfinished ...>\n', '1 1700000002.5 <... pause resumed>) = 0\n');
    expect(trace.columns.duration[0]).toBe(2.4e9);
    expect(trace.hasDurations).toBe(false);
  });

  it('keep an exit whose entry was never seen', () => {
    const trace = build(
      '2 1700000010.0 getpid() = 2 <0.000001>\n1 1700000011.0 <... read resumed>"", 1) = 0 <0.25>\n',
      '3 1700000012.0 <... futex resumed>) = 0\n3 1700000013.0 <... futex resumed>) = 0\n4 1700000014.0 <... futex resumed>) = 0 <99.0>\n',
    );
    expect(rows(trace)).toEqual([
      '0.000000000 2 getpid 0.000001000s 2',
      '0.000000000 3 futex 2.000000000s 0 entry-unseen',
      '0.000000000 4 futex 4.000000000s 0 entry-unseen',
      '0.750000000 1 read:unknown 0.250000000s 0 entry-unseen',
      '3.000000000 3 futex 0.000000000s 0 entry-unseen',
    ]);
  });

  it('are not joined when the exit is of another call', () => {
    const trace = build(
      '1 1700000000.0 futex(0x7f, FUTEX_WAIT, 2 <unfinished ...>\n',
      '1 1700000001.0 <... read resumed>) = 0 <0.5>\n',
    );
    expect(rows(trace)).toEqual([
      '0.000000000 1 futex#wait=? 1.000000000s 0 unfinished',
      '0.500000000 1 read:unknown 0.500000000s 0 entry-unseen',
    ]);
  });
});

describe('calls that never return', () => {
  it('last to the end of the trace, of their thread, or to its next call', () => {
    const trace = build(
      '1 1700000000.0 futex(0x7f, FUTEX_WAIT, 2 <unfinished ...>\n2 1700000001.0 read(3,  <unfinished ...>\n3 1700000001.5 read(3,  <unfinished ...>\n',
      '2 1700000002.0 +++ killed by SIGKILL +++\n3 1700000004.0 getpid() = 3 <0.5>\n4 1700000005.0 exit_group(0) = ?\n',
      '4 1700000006.0 +++ exited with 0 +++\n5 1700000007.0 getpid() = 3 <0.5>\n',
    );
    expect(rows(trace)).toEqual([
      '0.000000000 1 futex#wait=? 7.500000000s 0 unfinished',
      '1.000000000 2 read:unknown(3)=? 1.000000000s 0 unfinished',
      '1.500000000 3 read:unknown(3)=? 2.500000000s 0 unfinished',
      '4.000000000 3 getpid 0.500000000s 3',
      '5.000000000 4 exit_group=? 1.000000000s 0',
      '7.000000000 5 getpid 0.500000000s 3',
    ]);
    expect(trace.endNs).toBe(7.5e9);
  });
});

describe('threads', () => {
  it('have parents, processes, names and programs', () => {
    const { threads } = build(
      `10 1700000000.0 execve("/usr/sbin/a-very-long-server-name", ["x"], 0x7f /* 3 vars */) = 0 <0.1>
10 1700000001.0 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88) = 11 <0.1>
11 1700000001.1 prctl(PR_SET_NAME, "io-worker") = 0 <0.1>
11 1700000001.2 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
12 1700000001.3 getpid() = 12 <0.1>
`,
      `11 1700000001.4 <... clone resumed>) = 12 <0.2>
12 1700000002.0 execve("/bin/none", ["x"], 0x7f /* 3 vars */) = -1 ENOENT (No such file) <0.1>
12 1700000002.1 execve("/bin/sh", ["x"], 0x7f /* 3 vars */ <unfinished ...>
`,
      '12 1700000002.2 <... execve resumed>) = 0 <0.1>\n12 1700000003.0 +++ exited with 0 +++\n13 1700000004.0 getpid() = 9 <0.1>\n',
    );
    expect(threads).toEqual([
      {
        tid: 10,
        pid: 10,
        name: 'a-very-long-ser',
        program: '/usr/sbin/a-very-long-server-name',
        parent: -1,
        firstNs: 0,
        exitNs: null,
      },
      {
        tid: 11,
        pid: 10,
        name: 'io-worker',
        program: '/usr/sbin/a-very-long-server-name',
        parent: 0,
        firstNs: 1.1e9,
        exitNs: null,
      },
      { tid: 12, pid: 12, name: 'sh', program: '/bin/sh', parent: 1, firstNs: 1.3e9, exitNs: 3e9 },
      { tid: 13, pid: 9, name: '', program: '', parent: -1, firstNs: 4e9, exitNs: null },
    ]);
  });

  it('are lives of a tid: one that is used again is another thread', () => {
    const trace = build(
      '1 1700000000.0 fork() = 2 <0.1>\n2 1700000001.0 getpid() = 2 <0.1>\n2 1700000002.0 +++ exited with 0 +++\n',
      '1 1700000003.0 vfork( <unfinished ...>\n2 1700000003.5 getpid() = 2 <0.1>\n1 1700000004.0 <... vfork resumed>) = 2 <1.0>\n',
    );
    expect(trace.threads.map(({ tid, parent, firstNs }) => [tid, parent, firstNs])).toEqual([
      [1, -1, 0],
      [2, 0, 1e9],
      [2, 0, 3.5e9],
    ]);
  });

  it('without a tid are those that are left', () => {
    // strace -f on a terminal: [pid N] only while there are several.
    const trace = build(
      'getpid() = 5\nclone(child_stack=NULL, flags=SIGCHLD <unfinished ...>\n',
      '[pid  6] getuid() = 0\n[pid  5] <... clone resumed>) = 6\n[pid  5] wait4(6,  <unfinished ...>\n[pid  6] exit_group(0) = ?\n[pid  6] +++ exited with 0 +++\n',
      '<... wait4 resumed>NULL, 0, NULL) = 6\ngetgid() = 0\n',
    );
    expect(trace.threads.map(({ tid }) => tid)).toEqual([5, 6]);
    expect(rows(trace).map((row) => row.split(' ').slice(1).join(' '))).toEqual([
      '5 getpid - 5',
      '5 clone - 6',
      '6 getuid - 0',
      '5 wait4 - 6',
      expect.stringMatching(/^6 exit_group=\? /),
      '5 getgid - 0',
    ]);
  });
});

describe('order', () => {
  it('is by time, and by the input for equal times', () => {
    const trace = build(
      '1 1700000001.0 getpid() = 1\n2 1700000001.0 getuid() = 1\n',
      '3 1700000000.5 getgid() = 1\n4 1700000001.0 gettid() = 4\n5 1700000000.0 getsid(0) = 1\n',
    );
    expect(rows(trace).map((row) => row.split(' ').slice(0, 3).join(' '))).toEqual([
      '0.000000000 5 getsid',
      '0.500000000 3 getgid',
      '1.000000000 1 getpid',
      '1.000000000 2 getuid',
      '1.000000000 4 gettid',
    ]);
    expect(trace.origin).toEqual({ seconds: 1700000000, nanoseconds: 0 });
    expect(trace.calls).toEqual(['getsid', 'getgid', 'getpid', 'getuid', 'gettid']);
  });

  it('sorts any keys stably, and says when there is nothing to do', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (values) => {
        const keys = Float64Array.from(values);
        const expected = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
        const permutation = sortingPermutation(keys, keys.length);
        if (permutation === null) expect(expected).toEqual(values.map((_, i) => i));
        else expect([...permutation]).toEqual(expected);
        const outOfPlace = expected.flatMap((from, to) => (from === to ? [] : [to]));
        expect(unsortedRange(keys, keys.length)).toEqual(
          outOfPlace.length === 0 ? null : { from: outOfPlace[0], to: outOfPlace.at(-1)! + 1 },
        );
      }),
    );
  });

  it('takes a time of day for that of the day which is nearest', () => {
    expect([unwrapDay(5, 86_390), unwrapDay(86_399, 86_401), unwrapDay(100, 200), unwrapDay(40_000, 100)]).toEqual([
      86_405, 86_399, 100, 40_000,
    ]);
    // 09:20 behind 18:23 are two recordings, which is told, rather than a night without a call, which is not.
    expect(unwrapDay(33_600, 66_180)).toBe(33_600);
  });
});

it('is the same wherever the input is cut, though clocks go back and halves of calls are missing', () => {
  const step = fc.record({
    tid: fc.integer({ min: 1, max: 4 }),
    us: fc.integer({ min: -300, max: 2000 }),
    what: fc.constantFrom('whole', 'whole', 'entry', 'exit', 'end'),
    cut: fc.boolean(),
  });
  const all = (trace: Trace) => ({ rows: rows(trace), ...trace, columns: null });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      let now = 500_000;
      const texts = [''];
      for (const { tid, us, what, cut } of steps) {
        now = Math.max(0, now + us);
        const at = `${tid} ${1700000000 + Math.floor(now / 1e6)}.${String(now % 1e6).padStart(6, '0')}`;
        const body = {
          whole: 'getpid() = 1 <0.000001>',
          entry: 'read(3<socket:[77]>,  <unfinished ...>',
          exit: '<... read resumed>"", 10) = 0 <0.000100>',
          end: '+++ exited with 0 +++',
        }[what];
        texts[texts.length - 1] += `${at} ${body}\n`;
        if (cut) texts.push('');
      }
      expect(all(build(...texts))).toEqual(all(build(texts.join(''))));
    }),
    { numRuns: 150 },
  );
});

it('grows beyond its first reservation and keeps every row', () => {
  const builder = new TraceBuilder('strace');
  const lines = 3000;
  let text = '';
  for (let i = 0; i < lines; i++)
    text += `${1 + (i % 3)} 1700000000.${String(i).padStart(6, '0')} lseek(3, 0, SEEK_SET) = ${i}\n`;
  for (let i = 0; i < 5; i++) builder.append(chunk(text.replaceAll('1700000000', String(1700000000 + i))));
  const { columns, length } = builder.finish();
  expect(length).toBe(5 * lines);
  for (let i = 0; i < length; i++) expect(columns.result[i]).toBe(i % lines);
  expect(columns.start.buffer).toBeInstanceOf(SharedArrayBuffer);
});

it('counts lines, bytes, notices and skipped lines over all chunks', () => {
  const trace = build(
    '1 1700000000.0 getpid() = 1\nwhat\n',
    'eh\n1 1700000001.0 --- SIGINT {} ---\n1 1700000001.0 getp',
  );
  expect(trace).toMatchObject({ lines: 5, bytes: 33 + 3 + 33 + 19, notices: 1, truncated: true });
  expect(trace.skipped).toMatchObject({
    lines: 3,
    examples: [{ line: 2, offset: 28 }, { line: 3, offset: 33 }, { line: 5 }],
  });
});

describe('mergeTraces', () => {
  const file = (tid: number, text: string) => {
    const builder = new TraceBuilder('strace');
    builder.append(chunk(text, tid));
    return builder.finish();
  };

  it('puts a folder of strace -ff together', () => {
    const merged = mergeTraces([
      file(
        7,
        '1700000000.5 execve("/bin/srv", [], 0x1) = 0 <0.1>\n1700000001.0 clone(flags=CLONE_THREAD) = 8 <0.1>\n1700000003.0 futex(0x7f, FUTEX_WAIT, 2 <unfinished ...>\n',
      ),
      file(8, '1700000001.05 getuid() = 0 <0.1>\n1700000009.0 +++ exited with 0 +++\n'),
    ]);
    expect(rows(merged)).toEqual([
      '0.000000000 7 execve 0.100000000s 0',
      '0.500000000 7 clone#thread 0.100000000s 8',
      '0.550000000 8 getuid 0.100000000s 0',
      '2.500000000 7 futex#wait=? 6.000000000s 0 unfinished',
    ]);
    expect(merged.threads).toMatchObject([
      { tid: 7, pid: 7, name: 'srv', parent: -1 },
      { tid: 8, pid: 7, name: 'srv', parent: 0, firstNs: 0.55e9, exitNs: 8.5e9 },
    ]);
    expect(merged).toMatchObject({
      origin: { seconds: 1700000000, nanoseconds: 5e8 },
      endNs: 8.5e9,
      lines: 5,
      notices: 1,
    });
  });

  it.each([
    ['seconds', '10:00:01', '10:00:01', '10:00:02'],
    ['milliseconds', '10:00:01.250', '10:00:01.250', '10:00:01.251'],
  ])('knows who made a thread where times are %s, too coarse for which came first', (_unit, first, born, later) => {
    const merged = mergeTraces([
      file(
        7,
        `${first} execve("/bin/srv", [], 0x1) = 0 <0.000200>\n${born} clone(flags=CLONE_THREAD) = 8 <0.000100>\n` +
          `${later} fork() = 9 <0.000100>\n`,
      ),
      file(8, `${born} getuid() = 0 <0.000010>\n${later} getuid() = 0 <0.000010>\n`),
      file(9, `${later} getuid() = 0 <0.000010>\n${later} +++ exited with 0 +++\n`),
    ]);
    expect(merged.threads).toMatchObject([
      { tid: 7, pid: 7, program: '/bin/srv', parent: -1 },
      { tid: 8, pid: 7, program: '/bin/srv', parent: 0 },
      { tid: 9, pid: 9, program: '/bin/srv', parent: 0 },
    ]);
  });
  it('equals the trace that one file would have given', () => {
    const line = fc.record({
      tid: fc.integer({ min: 1, max: 4 }),
      gap: fc.integer({ min: 1, max: 900 }),
      call: fc.constantFrom('getpid', 'getuid', 'read'),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), (lines) => {
        let now = 0;
        const files = new Map<number, string>();
        let whole = '';
        for (const { tid, gap, call } of lines) {
          now += gap;
          const rest = `1700000000.${String(now).padStart(6, '0')} ${call}(3<TCP:[1]>) = 0 <0.000001>\n > /bin/x(${call}+0x1) [0x1]\n`;
          whole += `${tid} ${rest}`;
          files.set(tid, (files.get(tid) ?? '') + rest);
        }
        const merged = mergeTraces([...files].map(([tid, text]) => file(tid, text)));
        expect(rows(merged)).toEqual(rows(build(whole)));
        expect([...rowsByThread(merged).order].sort((a, b) => a - b)).toEqual(lines.map((_, i) => i));
      }),
      { numRuns: 200 },
    );
  });

  it('lets clocks that count from nowhere all begin at 0', () => {
    const merged = mergeTraces([
      file(1, '0.0 getpid() = 1\n0.5 getuid() = 1\n'),
      file(2, '0.25 getpid() = 1\n0.25 getuid() = 1\n'),
    ]);
    expect([...merged.columns.start]).toEqual([0, 0, 0.25e9, 0.5e9]);
  });
});

it('flags entries that were not seen', () => {
  expect(build('1 1700000000.0 <... read resumed>"", 1) = 0 <0.25>\n').columns.flags[0]).toBe(FLAG_ENTRY_UNSEEN);
});
