import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { perfScript } from '../../src/formats/perf/script.js';
import { strace } from '../../src/formats/strace/index.js';
import { followDescriptors } from '../../src/trace/descriptors.js';
import { DESCRIPTOR_KINDS, kindCode } from '../../src/trace/kinds.js';
import { readText } from '../formats/read-text.js';

/**
 * Kinds after following, one a line of `text`: strace lines without time and kind, in order, 1 ms apart, of process 7
 * unless they begin with a tid.
 */
function kindsOf(text: string): string {
  const lines = text
    .trim()
    .split('\n')
    .map((line, i) => {
      const [, tid = '7', call] = /^\s*(?:(\d+) )?(.*)$/.exec(line)!;
      return `${tid} 1700000000.${String(i).padStart(3, '0')} ${/<\d/.test(call!) ? call : `${call} <0.0001>`}\n`;
    });
  const trace = readText(strace, lines.join(''));
  followDescriptors(trace);
  return [...trace.columns.kind.slice(0, trace.length)].map((kind) => DESCRIPTOR_KINDS[kind]).join(' ');
}

describe('what makes a descriptor', () => {
  it.each([
    ['socket(AF_INET, SOCK_STREAM, 0) = 3', 'tcp'],
    ['socket(AF_INET6, SOCK_DGRAM, 0) = 3', 'udp'],
    ['socket(AF_UNIX, SOCK_STREAM, 0) = 3', 'unix'],
    ['socket(AF_NETLINK, SOCK_RAW, 0) = 3', 'netlink'],
    ['openat(AT_FDCWD, "/a", O_RDONLY) = 3', 'file'],
    ['openat(AT_FDCWD, "/a", O_RDONLY|O_DIRECTORY) = 3', 'directory'],
    ['eventfd2(0, 0) = 3', 'eventfd'],
    ['epoll_create1(0) = 3', 'epoll'],
    ['timerfd_create(CLOCK_MONOTONIC, 0) = 3', 'timerfd'],
    ['signalfd4(-1, [INT], 8, 0) = 3', 'signalfd'],
    ['inotify_init1(0) = 3', 'inotify'],
    ['memfd_create("x", 0) = 3', 'memfd'],
  ])('%s', (made, kind) => {
    expect(kindsOf(`${made}\nread(3, "", 1) = 1\nclose(3) = 0\nread(3, "", 1) = -1 EBADF (Bad file descriptor)`)).toBe(
      `${kind} ${kind} ${kind} unknown`,
    );
  });

  it('says nothing of what no descriptor stands for, whatever else there is', () => {
    const shown = 'read(3<TCP:[1->2]>, "", 1) = 1\nclose(3<TCP:[1->2]>) = 0';
    const none = 'close(3) = -1 EBADF (Bad file descriptor)\nclose(-1) = -1 EBADF (Bad file descriptor)';
    expect(kindsOf(`${shown}\n${none}`)).toBe('tcp tcp unknown unknown');
    expect(kindsOf(`${shown}\n${none}\nlisten(4, 9) = 0\nread(4, "", 1) = 1`)).toBe('tcp tcp unknown unknown tcp tcp');
  });

  it('copies are of the same kind', () => {
    const copied = 'dup(3) = 4\ndup2(4, 9) = 9\nfcntl(9, F_DUPFD, 10) = 11\nclose(3) = 0\nwrite(11, "", 1) = 1';
    expect(kindsOf(`eventfd2(0, 0) = 3\n${copied}`)).toBe(Array(6).fill('eventfd').join(' '));
  });

  it('a number may be used again for something else', () => {
    expect(
      kindsOf(`socket(AF_UNIX, SOCK_STREAM, 0) = 3\nclose(3) = 0\nopenat(AT_FDCWD, "/a", 0) = 3\nread(3, "", 1) = 1`),
    ).toBe('unix unix file file');
  });

  it('calls that failed made nothing', () => {
    expect(kindsOf(`openat(AT_FDCWD, "/a", 0) = -1 ENOENT (No)\nread(3, "", 1) = 1\nread(0, "", 1) = 1`)).toBe(
      'file unknown unknown',
    );
  });

  it('a call under way has not made its descriptor yet', () => {
    const text = `7 openat(AT_FDCWD, "/a", 0) = 5 <0.00001>
7 accept(3, NULL, NULL) = 5 <0.0025>
8 read(5, "", 1) = 1
8 close(5) = 0
8 read(5, "", 1) = 1
7 setsockopt(3, SOL_SOCKET, SO_X, [1], 4) = 0
7 clone(child_stack=0, flags=CLONE_THREAD) = 8`;
    // The reader is a thread of 7 only if the clone comes first.
    const lines = text.split('\n');
    expect(kindsOf([lines[6], ...lines.slice(0, 6)].join('\n'))).toBe('none file tcp file file tcp tcp');
  });
});

describe('what use tells, for uses before as well', () => {
  it.each([
    ['getdents64(5, 0x1, 9) = 0', 'directory'],
    ['epoll_wait(5, [], 9, 0) = 0', 'epoll'],
    ['timerfd_settime(5, 0, 0x1, NULL) = 0', 'timerfd'],
    ['fsync(5) = 0', 'file'],
    ['pread64(5, "", 1, 0) = 1', 'file'],
    ['lseek(5, 0, SEEK_SET) = 0', 'file'],
    ['lseek(5, 0, SEEK_SET) = -1 ESPIPE (Illegal seek)', 'unknown'],
    ['recvfrom(5, "", 1, 0, NULL, NULL) = -1 EAGAIN (x)', 'tcp'],
    ['recvfrom(5, "", 1, 0, NULL, NULL) = -1 ENOTSOCK (x)', 'unknown'],
    ['listen(5, 9) = 0', 'tcp'],
    ['shutdown(5, 1) = 0', 'tcp'],
  ])('%s', (use, kind) => {
    expect(kindsOf(`fstat(5, 0x1) = 0\n${use}\nfstat(5, 0x1) = 0`).split(' ')[0]).toBe(kind);
    expect(kindsOf(`fstat(5, 0x1) = 0\n${use}\nfstat(5, 0x1) = 0`).split(' ')[2]).toBe(kind);
  });

  it('tells nothing of what the number was before it was closed', () => {
    expect(kindsOf(`fstat(5, 0x1) = 0\nclose(5) = 0\nlisten(5, 9) = 0`)).toBe('unknown unknown tcp');
  });

  it('what is read and written is a socket, an eventfd where it is always 8 bytes', () => {
    expect(kindsOf('read(5, "", 9) = 9\nwrite(5, "", 8) = 8')).toBe('tcp tcp');
    expect(kindsOf('read(5, "", 9) = 8\nwrite(5, "", 8) = 8\nread(5, "", 8) = -1 EAGAIN (x)')).toBe(
      'eventfd eventfd eventfd',
    );
    expect(kindsOf('read(5, "", 9) = 9\nwrite(5, "", 8) = 8\nlseek(5, 0, SEEK_SET) = 0')).toBe('file file file');
    expect(kindsOf('write(5, "", 9) = 9\nwrite(5, "", 8) = 8')).toBe('unknown unknown');
  });

  it('sockets of unknown family are what the process knows, else what the trace knows, else TCP', () => {
    expect(kindsOf('socket(AF_UNIX, SOCK_STREAM, 0) = 3\nlisten(5, 9) = 0')).toBe('unix unix');
    expect(kindsOf('8 socket(AF_UNIX, SOCK_STREAM, 0) = 3\n7 listen(5, 9) = 0')).toBe('unix unix');
    const both = 'socket(AF_UNIX, SOCK_STREAM, 0) = 3\nsocket(AF_INET, SOCK_STREAM, 0) = 4';
    expect(kindsOf(`${both}\nlisten(5, 9) = 0`)).toBe('unix tcp tcp');
    expect(kindsOf('socket(AF_UNIX, SOCK_STREAM, 0) = 3\nsocket(AF_INET, SOCK_DGRAM, 0) = 4\nlisten(5, 9) = 0')).toBe(
      'unix udp socket',
    );
  });

  it('what was accepted is what is listened on, whichever is known', () => {
    const perf = (lines: string[]) => lines.map((line, i) => `a 7/7 1.${100 + i}: raw_syscalls:sys_${line}\n`).join('');
    const trace = readText(
      perfScript,
      perf([
        'enter: NR 41 (1, 1, 0, 0, 0, 0)',
        'exit: NR 41 = 3',
        'enter: NR 288 (6, 0, 0, 0, 0, 0)',
        'exit: NR 288 = 9',
        'enter: NR 0 (9, 0, 1, 0, 0, 0)',
        'exit: NR 0 = 1',
        'enter: NR 54 (9, 6, 1, 0, 4, 0)',
        'exit: NR 54 = 0',
      ]),
    );
    followDescriptors(trace);
    expect([...trace.columns.kind.slice(0, 4)].map((kind) => DESCRIPTOR_KINDS[kind])).toEqual([
      'unix',
      'tcp',
      'tcp',
      'tcp',
    ]);
  });
});

describe('processes', () => {
  it('threads share descriptors, children have copies', () => {
    expect(
      kindsOf(`7 eventfd2(0, 0) = 3
7 clone(child_stack=0, flags=CLONE_THREAD) = 8
8 read(3, "", 9) = 8
7 clone(child_stack=0, flags=SIGCHLD) = 9
7 close(3) = 0
9 read(3, "", 9) = 8
7 read(3, "", 9) = 8
9 close(3) = 0
8 read(3, "", 9) = 8`),
    ).toBe('eventfd none eventfd none eventfd eventfd unknown eventfd unknown');
  });

  it('other processes have descriptors of their own', () => {
    expect(kindsOf('7 eventfd2(0, 0) = 3\n8 read(3, "", 9) = 9')).toBe('eventfd unknown');
  });

  it('exec keeps standard input and output only', () => {
    expect(
      kindsOf(
        'openat(AT_FDCWD, "/a", 0) = 0\neventfd2(0, 0) = 3\nexecve("/b", [], 0x1) = 0\nread(0, "", 1) = 1\nread(3, "", 1) = 1',
      ),
    ).toBe('file eventfd none file unknown');
  });
});

it('changes nothing but what is unknown', () => {
  const calls = [
    'read(3<TCP:[1->2]>, "", 1) = 1',
    'read(3, "", 1) = 1',
    'lseek(3, 0, SEEK_SET) = 0',
    'eventfd2(0, 0) = 3',
    'close(3) = 0',
    'openat(3, "a", 0) = 4',
    'dup2(3, 4) = 4',
    'write(4<pipe:[5]>, "", 1) = 1',
    'write(4, "", 1) = 1',
    'clone(child_stack=0, flags=SIGCHLD) = 8',
    'execve("/b", [], 0x1) = 0',
    'getdents64(4, 0x1, 9) = -1 ENOTDIR (x)',
  ];
  const line = fc.record({ tid: fc.constantFrom(7, 8), call: fc.constantFrom(...calls) });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const text = lines
        .map(({ tid, call }, i) => `${tid} 1700000000.${String(i).padStart(3, '0')} ${call} <0.0015>\n`)
        .join('');
      const trace = readText(strace, text);
      const before = trace.columns.kind.slice(0, trace.length);
      followDescriptors(trace);
      before.forEach((kind, row) => {
        if (kind !== kindCode('unknown')) expect(trace.columns.kind[row]).toBe(kind);
      });
      // Following once more finds nothing new of what it already decided.
      const after = trace.columns.kind.slice(0, trace.length);
      followDescriptors(trace);
      after.forEach((kind, row) => {
        if (kind !== kindCode('unknown')) expect(trace.columns.kind[row]).toBe(kind);
      });
    }),
    { numRuns: 300 },
  );
});
