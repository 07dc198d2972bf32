import { describe, expect, it } from 'vitest';
import { PerfscopeError } from '../../src/errors.js';
import { FORMATS, detectFormat, formatById } from '../../src/formats/index.js';
import {
  ARM64_CALLS,
  I386_CALLS,
  X86_64_CALLS,
  architectureOf,
  likelyArchitecture,
} from '../../src/formats/syscalls/index.js';

const detect = (text: string, name = '') => detectFormat(Buffer.from(text), name);

describe('the format of a text', () => {
  it.each([
    ['strace', '7 1700000000.1 read(3, "a", 1) = 1 <0.1>\n', '1 of 1 lines are strace calls'],
    ['strace', 'read(3, "a", 1) = 1\nread(3, "a", 1) = 1\n', '2 of 2 lines are strace calls'],
    [
      'perf-script',
      'app 7/7 [001] 1.000001: raw_syscalls:sys_enter: NR 0 (1c, 0, 0, 0, 0, 0)\n\t 14b8 f (/a)\n\n',
      '1 of 1 lines are events of perf script, 1 of system calls',
    ],
    [
      'perf-script',
      '# arch : x86_64\njava 12688 [002] 6544038.708352: cpu-clock: \n\t 14b8 f (/a)\n\njava 12688 [002] 6544038.80: cycles:u:\n',
      '2 of 2 lines are events of perf script, but none of system calls (most are cpu-clock)',
    ],
    [
      'perf-script',
      'java  3244 cpu-clock: \n\t 14b8 f (/a)\n',
      'perf script without times, which -F +time would print',
    ],
    [
      'perf-script',
      'java 3244 [001] raw_syscalls:sys_exit: NR 0 = 1\n',
      'perf script without times, which -F +time would print',
    ],
    [
      'csv',
      'ts,pid,tid,cpu,syscall,ret,dur\n1,7,7,0,read,1,1\n',
      'CSV with columns ts and syscall, 1 of 1 records are system calls',
    ],
    ['csv', '1,7,7,0,0,1,1\n', 'CSV with columns in the usual order, 1 of 1 records are system calls'],
    ['csv', 'time;what;call\n', 'CSV with columns ts and syscall, 0 of 0 records are system calls'],
  ])('%s: %j', (id, text, reason) => {
    expect(detect(text)).toMatchObject({ format: { id }, reason });
    // The name does not matter where the bytes tell.
    for (const { id: other } of FORMATS) expect(detect(text, `x.${other}`)?.format.id).toBe(id);
  });

  it.each([
    ['', 'nothing'],
    ['\n\n\n', 'empty lines'],
    ['Dear Sir or Madam,\n\nI read (on Monday) your letter = 3.\n', 'a letter'],
    ['{"a": 1.5, "b": [1, 2]}\n', 'JSON'],
    ['2024-01-01 12:00:00,INFO,started\n2024-01-01 12:00:01,WARN,read failed\n', 'a log'],
    ['10.0.0.1 - - [01/Jan/2024:12:00:00 +0000] "GET / HTTP/1.1" 200 1.5\n'.repeat(9), 'an access log'],
    ['Jan  1 12:00:00 web1 sshd[123]: Accepted password\n'.repeat(9), 'a syslog'],
    [Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 256)).toString('latin1'), 'bytes'],
  ])('%j is in none', (text) => expect(detect(text)).toBeNull());

  it('a few calls in other text do not make a trace, much other text in a trace does not hide it', () => {
    const call = '7 1700000000.1 read(3, "a", 1) = 1 <0.1>\n';
    const other = 'the program said something\n';
    expect(detect(other.repeat(9) + call)).toBeNull();
    expect(detect(call.repeat(6) + other.repeat(4))?.format.id).toBe('strace');
  });

  it('a tie is broken by the name, else it is an error that says so', () => {
    // Half of it one format, half another.
    const text =
      '7 1700000000.1 read(3, "a", 1) = 1 <0.1>\napp 7/7 [001] 1.000001: raw_syscalls:sys_exit: NR 0 = 1\n'.repeat(5);
    expect(detect(text, '/tmp/incident.strace')?.format.id).toBe('strace');
    expect(detect(text, '/tmp/incident.perf.txt')?.format.id).toBe('perf-script');
    expect(() => detect(text, 'x')).toThrow(PerfscopeError);
    expect(() => detect(text, 'x')).toThrow(
      'x may be strace (5 of 10 lines are strace calls) or perf-script (5 of 10 lines are events of perf script, 5 of system calls)',
    );
  });

  it('ids', () => {
    for (const format of FORMATS) expect(formatById(format.id)).toBe(format);
    expect(() => formatById('pcap')).toThrow('there is no input format "pcap"');
  });
});

describe('tables of system calls', () => {
  it.each([
    [
      X86_64_CALLS,
      { 0: 'read', 59: 'execve', 202: 'futex', 232: 'epoll_wait', 334: 'rseq', 435: 'clone3', 451: 'cachestat' },
    ],
    [
      I386_CALLS,
      { 0: 'restart_syscall', 3: 'read', 102: 'socketcall', 240: 'futex', 403: 'clock_gettime64', 462: 'mseal' },
    ],
    [
      ARM64_CALLS,
      { 0: 'io_setup', 22: 'epoll_pwait', 63: 'read', 98: 'futex', 220: 'clone', 242: 'accept4', 291: 'statx' },
    ],
  ])('have the names that Linux has (%#)', (table, names) => {
    for (const [number, name] of Object.entries(names)) expect(table[Number(number)]).toBe(name);
    expect(new Set(table.filter((name) => name !== '')).size).toBe(table.filter((name) => name !== '').length);
    expect(table.every((name) => /^[a-z0-9_]*$/.test(name))).toBe(true);
  });

  it('are equal from 424 on', () => {
    for (let number = 424; number < X86_64_CALLS.length; number++) {
      expect(I386_CALLS[number]).toBe(X86_64_CALLS[number]);
      // Not made for every architecture.
      if (ARM64_CALLS[number] !== '') expect(ARM64_CALLS[number]).toBe(X86_64_CALLS[number]);
    }
  });

  it('machines and their tables', () => {
    expect(['x86_64', 'i686', 'aarch64', 'riscv64', 's390x'].map(architectureOf)).toEqual([
      'x86-64',
      'i386',
      'arm64',
      'arm64',
      null,
    ]);
    expect(likelyArchitecture(new Map())).toBe('x86-64');
  });

  it('knows the only call of a process that hangs, with and without the end of its line', () => {
    const notice = 'strace: Process 9 attached\n';
    for (const call of [
      'futex(0x7f1, FUTEX_WAIT_PRIVATE, 2, NULL',
      '12:00:01 futex(0x7f1, FUTEX_WAIT_PRIVATE, 2, NULL',
      'read(5, ',
      'restart_syscall(<... resuming interrupted poll ...>',
    ])
      for (const text of [call, notice + call])
        for (const end of ['', '\n']) expect(detectFormat(Buffer.from(text + end), '')?.format.id).toBe('strace');
    // What a line would have become that is cut before it is one, nobody knows.
    for (const text of [notice, 'see main(argc', `${notice}see main(argc`])
      expect(detectFormat(Buffer.from(text), '')).toBeNull();
  });
});
