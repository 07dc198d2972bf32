/** The fast reader of strace lines against the JavaScript reader: the same chunk, whatever the text. */
import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { FastLines } from '../../src/formats/strace/fast.js';
import { StraceParser } from '../../src/formats/strace/parser.js';
import { allShapes } from '../../src/formats/strace/shapes.js';
import { beginningOf, changesOf, damaged, plainChunk, shippedTraces } from './fast-readers.js';
import { texts } from './random-strace.js';
import { bytesOf } from './strace-text.js';

const fast = FastLines.ofThread();

/** Share of the lines that the fast reader took. */
function compare(bytes: Uint8Array, tid = 0): number {
  const lines = vi.spyOn(StraceParser.prototype as unknown as { line: () => number }, 'line');
  const quick = new StraceParser(bytes, { tid }, fast).parse();
  const slow = lines.mock.calls.length;
  lines.mockRestore();
  expect(plainChunk(quick)).toEqual(plainChunk(new StraceParser(bytes, { tid }, null).parse()));
  return 1 - slow / Math.max(1, quick.lines);
}

it('is there', () => expect(fast).not.toBeNull());

it('reads random texts as the JavaScript reader does', () => {
  const tids = fc.constantFrom(0, 77);
  fc.assert(
    fc.property(texts, tids, (text, tid) => {
      compare(bytesOf(text), tid);
    }),
    { numRuns: 300 },
  );
});

// More than it has room for; half of them again, later.
it('reads any number of threads and of names', () => {
  const line = (n: number, call: string) => `${1000 + 7 * n}  1700000000.${String(100_000 + n)} ${call}(3) = 0\n`;
  const threads = Array.from({ length: 9000 }, (_, n) => line(n, 'read'));
  compare(bytesOf([...threads, ...threads.slice(0, 4500)].join('')));
  compare(bytesOf(Array.from({ length: 9000 }, (_, n) => line(n % 3, `call_${n}`)).join('')));
});

// Of each the first line of a thread, and of one that is known by its end or by its maker alone.
it('reads the ends of calls that began before the text', () => {
  const resumed = [
    'read resumed>"", 80) = 0',
    'read resumed>0x7ffe, 80) = -1 EAGAIN (Resource temporarily unavailable) <0.000031>',
    'read resumed>) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)',
    'openat resumed>) = 7</etc/hosts> <0.000100>',
    'openat resumed>) = 8<TCP:[10.0.0.1:80->10.0.0.2:5123]>',
    'poll resumed>[{fd=3, revents=POLLIN}], 1, 0) = 1',
    'poll resumed>) = 0 (Timeout)',
    'ppoll resumed>[], 1, {tv_sec=1, tv_nsec=0}, NULL, 8) = 0 (Timeout) <1.000100>',
    'getpid resumed>) = 4711',
    'gettid resumed>) = 4712',
    'clone resumed>, child_tidptr=0x7f1) = 4713',
    'pipe2 resumed>[3, 4], O_CLOEXEC) = 0',
    'futex resumed>) = ?',
    'exit_group resumed>) = ?',
    'mmap resumed>) = 0x7f5512345000',
    'read resumed> <unfinished ...>',
  ];
  const known = resumed.map((line) => `${line.split(' ')[0]!}(0) = 0`);
  const records = [...known.map((call) => `1 ${call}`), ...resumed.map((line, n) => `${100 + n} <... ${line}`)];
  const at = (record: string, n: number) => record.replace(' ', `  1700000000.${String(100_000 + n)} `);
  const again = [...records, ...resumed.map((_, n) => `${100 + n} +++ exited with 0 +++`), ...records];
  const stack = '\n > /usr/lib/libc.so.6(read+0x1d) [0x10e1d]';
  for (const end of ['', stack]) compare(bytesOf(again.map((record, n) => `${at(record, n)}${end}\n`).join('')));
  expect(compare(bytesOf(records.map((record, n) => `${at(record, n)}\n`).join('')))).toBeGreaterThan(0.3);
});

const golden = new URL('golden/', import.meta.url);
const goldens = ['strace/', 'strace-pastes/'].flatMap((folder) =>
  readdirSync(new URL(folder, golden))
    .filter((file) => file.endsWith('.strace'))
    .map((file) => folder + file),
);

describe.each(goldens)('%s', (file) => {
  const text = readFileSync(new URL(file, golden), 'latin1');
  it('is the same, with CRLF too', () => {
    compare(bytesOf(text));
    compare(bytesOf(text.replaceAll('\n', '\r\n')));
  });
});

/** Lines of every shape: recordings, and those that warm the reader up, in every manner of showing time and thread. */
const samples = [
  ...goldens.map((file) => readFileSync(new URL(file, golden), 'latin1').slice(0, 5000)),
  ...[
    (tid: string, time: string) => `${tid}  ${time} `,
    (tid: string, time: string) => `[pid ${tid.padStart(5)}] ${time} `,
    (tid: string, time: string) => `${tid}  12:34:${time.slice(-9)} `,
    (tid: string, time: string) => `[pid ${tid.padStart(5)}] 12:34:${time.slice(-9)} `,
    (tid: string, time: string) => `${tid}       ${time.slice(-8)} `,
    (_: string, time: string) => `${time} `,
  ].map((leader) =>
    Buffer.from(allShapes().subarray(0, 8_000))
      .toString('latin1')
      .replace(/^(\d+) {2}(\S+) /gm, (_, tid: string, time: string) => leader(tid, time)),
  ),
];

/** Arguments and results at the borders of what the fast reader takes. */
const borders = [
  ...['WAIT', 'WAKE', 'WAIT_BITSET', 'WAKE_OP', 'LOCK_PI', 'LOCK_PI2', 'TRYLOCK_PI', 'UNLOCK_PI', 'REQUEUE', 'FD'].map(
    (name) => `futex(0x7f, FUTEX_${name}_PRIVATE, 2, NULL) = 0`,
  ),
  ...['CMP_REQUEUE', 'CMP_REQUEUE_PI', 'REQUEUE_PI', 'WAIT_REQUEUE_PI'].map(
    (name) => `futex(0x7f, FUTEX_${name}, 1) = 1`,
  ),
  ...['0x80', '0x189', '9', '016', '99999999999', '0x1'].flatMap((number) => [
    `futex(0x7f, ${number}, 1) = 0`,
    `epoll_ctl(0x5, ${number}, 0x8, 0x7f) = 0`,
    `fcntl(0x3, ${number}, 0) = 0`,
    `openat(0xffffff9c, 0x7f, ${number}) = 0x4`,
    `open("/a", ${number}) = 4`,
    `socket(${number}, 0x80001, 0) = 0x4`,
    `clone(${number}, 0, 0, 0, 0) = 0x9`,
    `clone3(${number}, 0x58) = 0x9`,
    `clone(child_stack=NULL, flags=${number}) = 12`,
    `epoll_pwait(0x5, 0x7f, 0x8, ${number}, 0, 0x8) = 0`,
  ]),
  ...['GETFL', 'SETFL', 'GETFD', 'SETFD', 'DUPFD_CLOEXEC', 'SETLK', 'OFD_SETLKW', 'OFD_GETLK', 'GETPIPE_SZ'].map(
    (name) => `fcntl(3, F_${name}) = 0`,
  ),
  ...['INET, SOCK_STREAM', 'INET6, SOCK_DGRAM', 'INET, SOCK_RAW', 'UNIX, 1', 'LOCAL, 1', 'NETLINK, 3', 'NETROM, 1'].map(
    (family) => `socketpair(AF_${family}, 0, [3, 4]) = 0`,
  ),
  ...[
    ...[
      '[3<pipe:[7]>, 4<pipe:[7]>]',
      '[3<UNIX-STREAM:[7->8]>, 4<UNIX-STREAM:[8->7]>]',
      '[3<UNIX:[7,"/a"]>, 4<UNIX:[8]>]',
    ],
    ...[
      '[3, 4]',
      '[3, 4',
      '[0, 1]',
      '[32767, 32768]',
      '[1234567890, 4]',
      '[0x3, 0x4]',
      '[3,4]',
      '0x7ffc',
      '[{',
      '[a[3, 4]',
      '[]',
    ],
  ].flatMap((pair) => [
    `pipe(${pair}) = 0`,
    `pipe2(${pair}, O_CLOEXEC) = 0`,
    `pipe2(${pair}, 0) = -1 EMFILE (Too many open files)`,
    `pipe2(${pair}, 0) = 99999999999`,
    `socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, ${pair}) = 0`,
  ]),
  ...['CLONE_VM|CLONE_THREAD|SIGCHLD', '0x10000', '0x1000|CLONE_THREAD', 'CLONE_THREA'].map(
    (flags) => `clone(child_stack=NULL, flags=${flags}) = 12`,
  ),
  ...[
    'inotify_add_watch',
    'epoll_create1_abc',
    'open_by_handle_at',
    'sched_getscheduler',
    'a_name_of_31_bytes_0123456789ab',
  ].map((name) => `${name}(7, 1) = 1`),
  'a_name_that_is_longer_than_31_bytes_(1) = 1',
  'creat("/a", 0644) = 3',
  'openat2(AT_FDCWD, "/a", {flags=O_RDWR}, 24) = 3',
  ...['"a\\"b"', '', '"abc"...', '"x", "y"'].flatMap((name) => [
    `prctl(PR_SET_NAME, ${name}) = 0`,
    `execve(${name}, ["a"], 0x7f) = 0`,
    `execve(${name}, ["a"], 0x7f) = -1 ENOENT (x)`,
  ]),
  'prctl(PR_SET_PDEATHSIG, SIGPWR) = 0',
  ...['getpid() = 7', 'getpid() = -1 EPERM (x)', 'gettid() = 7', 'set_tid_address(0x7f) = 8', 'vfork() = 9'],
  ...['getpid()', 'vfork()', 'clone(flags=SIGCHLD)', 'gettid()'].map(
    (call) => `${call} = 7 /* 4712 in strace's PID NS */`,
  ),
  ...['exit(0) = ?', '+++ exited with 0 +++', 'exit_group(0 <unfinished ...>', '<... exit_group resumed>) = ?'],
  ...['pause( <unfinished ...>', '+++ killed by SIGKILL +++', 'read(3, <detached ...>', '--- SIGPIPE {a=1} ---'],
  ...['write(1, "a) = 3", 6) = 6', 'write(2</dev/pts/0<char 136:0>>, ") = 1 (", 7) = 7', 'write(1, "a) = 5'],
  'restart_syscall(<... resuming interrupted read ...>) = 0',
  ...['O_RDONLY', 'O_RDWR', 'O_WRONLY|O_TRUNC', 'O_RDONLY|O_DIRECTORY', 'O_RDWR|O_CREAT', 'O_DIRECT', '0'].map(
    (flags) => `openat(AT_FDCWD, "/O_CREAT", ${flags}) = 4</dev/null<char 1:3>>`,
  ),
  ...['0', '-0', '017', '00', '2147483647', '2147483648', '99999999999999999999', '0x7fffffff', '0x80000000', '0x'].map(
    (result) => `read(3, "", 1) = ${result}`,
  ),
  ...['-1', '-2', '-1 EAGAIN', '-1 ENOTHING (x)', '-1 (errno 524)', '? ERESTARTSYS (x)', '?', '1 (a (b))', '1</a>'].map(
    (result) => `read(3, "", 1) = ${result}`,
  ),
  // Texts of errors that are remembered, and such that look like them.
  ...[16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80].flatMap((length) =>
    ['-1 EAGAIN', '-1 EINTR', '? ERESTARTSYS', '-1 ENOTHING', '7'].map((error) => {
      return `read(3, "", 1) = ${error} (${'temporarily unavailable'.padStart(length - error.length - 3, 'device is ')})`;
    }),
  ),
  ...['ppoll([], 1, {tv_sec=0, tv_nsec=0}, NULL, 8)', 'ppoll([], 1, NULL, ~[USR1], 8)', 'poll([], 1, 0)'].map(
    (call) => `${call} = 0 (Timeout)`,
  ),
  ...['127.0.0.1:80->127.0.0.1:40000', '[::1]:40000->[::1]:80', '1:80->1:81', '1->2', '1:123456->2:1', '1:80'].map(
    (ends) => `read(3<TCP:[${ends}]>, "->1:40000]>", 1) = 1`,
  ),
  ...['inotify', '[eventfd:1]', '[eventx]', '[signalfd]', '[io_uring]', 'pidfd', '[perf_event]', '[timerfd]'].map(
    (name) => `read(3<anon_inode:${name}>, 1) = 1`,
  ),
  ...[
    '/dev/shm/a',
    '/dev/shm',
    '/dev/a',
    '/sys/a',
    '/proc/1',
    '/memfd:a',
    '/p',
    'pid:1',
    'RAW:[1]',
    'net:[1]',
    '{eventfd-count=0, eventfd-id=6}',
    '{event',
  ].map((path) => `read(3<${path}>, 1) = 1`),
];
samples.push(
  [0, 1, 2]
    .flatMap(() => borders)
    .map((call, i) => {
      const stack = i % 3 === 0 ? ` > /bin/a(f${i % 5}+0x1) [0x1]\n` : '';
      return `7  1700000000.${String(i).padStart(6, '0')} ${call}${i % 2 ? ' <0.000001>' : ''}\n${stack}`;
    })
    .join(''),
  // Two days, half an hour from line to line, with calls that only the JavaScript reader knows in between.
  Array.from({ length: 96 }, (_, i) => {
    const [hours, minutes] = [Math.floor(i / 2) % 24, (i % 2) * 30].map((n) => String(n).padStart(2, '0'));
    return `7  ${hours}:${minutes}:01.000001 ${i % 29 === 0 ? `call_${i}` : 'read'}(3, "", 1) = 1\n`;
  }).join(''),
);

it('takes what times are multiples of from the times of records', () => {
  const text = [
    '7  1700000000.000001 a() = 1',
    '7  1700000000.0000021(no record',
    '7  1700000000.000003 a() = 1',
    '',
  ].join('\n');
  compare(bytesOf(text));
  expect(new StraceParser(bytesOf(text), { tid: 0 }, null).parse().stepNs).toBe(1000);
});

it.each(samples)('reads samples as the JavaScript reader does', (text) => {
  compare(bytesOf(text));
});

/** What may stand in a line where it is not expected. */
const fragments = [
  ...'()<>[]{}=,."\\?-+*/ 0x9Ee_\r\n',
  ...[
    ' = ',
    ') = 1',
    '(a) = -1 EAGAIN (x)',
    ' (b)',
    '  ',
    ', ',
    ', 0',
    ', NULL, 8',
    '12345678901',
    '0x123456789',
    '017',
    '0x1c',
    '-100',
    '0xffffff9c, ',
    ',0',
    ', 0x80',
    '0x8',
    'FUTEX_PRIVATE_FLAG|',
    '-1 (errno 11)',
    '--- SIGPIPE {} ---',
    '+++ exited with 0 +++',
    '? <unavailable>',
    '^C',
    'write(1, ',
    'SYS_1(',
    'syscall_202(',
    ' > ',
  ],
  ...[' <0.000001>', ' <12.000001>', ' <unfinished ...>', ' <detached ...>', '<... read resumed>', '<TCP:[1->2]>'],
  ...['TRYLOCK_PI', 'CMP_', 'UN', 'O_CREAT', 'O_DIRECTORY', 'F_SETLK', '/dev/shm/a', 'memfd:', 'anon_inode:', '1.5'],
];
it('reads damaged lines as the JavaScript reader does', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), changesOf(fragments), (text, changes) => {
      compare(bytesOf(damaged(text, changes)));
    }),
    { numRuns: 250 },
  );
});

it('goes on where its room ends', () => {
  const line = (i: number, tid: number, call: string) => `${tid} 1700000000.${String(i).padStart(6, '0')} ${call}\n`;
  const lines = (n: number, of: (i: number) => string) => bytesOf(Array.from({ length: n }, (_, i) => of(i)).join(''));
  // More rows than its columns hold.
  expect(compare(lines(36_000, (i) => line(i, 1, 'a() = 0')))).toBeGreaterThan(0.8);
  // More threads than it knows.
  const threads = lines(20_000, (i) => line(i, 1 + (i % 5000), i % 3 === 0 ? 'read(1 <unfinished ...>' : 'a() = 1'));
  compare(threads);
  // A line longer than its text.
  const long = `write(1, "${'x'.repeat(300_000)}", 9) = 9 <0.000001>`;
  expect(compare(lines(12, (i) => line(i, 1, i === 5 ? long : 'a() = 0 <0.000001>')))).toBeGreaterThan(0.5);
});

const cases = shippedTraces('.strace');

it.each(cases)('reads %s', async (file) => {
  const share = compare(await beginningOf(file));
  // All but those that bring a new name; with stacks, those of the calls.
  expect(share).toBeGreaterThan(0.95);
});
