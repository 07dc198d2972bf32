import { describe, expect, it } from 'vitest';
import { perfScript } from '../../src/formats/perf/script.js';
import { followDescriptors } from '../../src/trace/descriptors.js';
import { readText, rowsOf } from './read-text.js';

const read = (text: string) => readText(perfScript, text);
const rows = (text: string) => rowsOf(read(text));

/** One call of a thread: entry and exit, 10 us apart. What becomes of it, without time, tid and duration. */
function call(number: number, args: string, result: string | number = 0, header = ''): string {
  const [row] = rows(
    `${header}app 7/7 [002] 10.000001: raw_syscalls:sys_enter: NR ${number} (${args})\n` +
      `app 7/7 [002] 10.000011: raw_syscalls:sys_exit: NR ${number} = ${result}\n`,
  );
  expect(row).toMatch(/^0\.000000000 7 \S+ 0\.000010000s .* @2$/);
  return row!.replace(/^\S+ \S+ (\S+) \S+ (.*) @2$/, '$1 $2');
}

describe('calls', () => {
  it.each([
    [0, '1c, 7ffd, 10, 0, 0, 0', 73, 'read:unknown(28) 73'],
    [0, '1c, 7ffd, 10, 0, 0, 0', -11, 'read:unknown(28)=EAGAIN -1'],
    [1, 'ffffffffffffffff, 7ffd, 10, 0, 0, 0', -9, 'write:unknown=EBADF -1'],
    [39, '1e, 0, 0, 0, 0, 0', 4711, 'getpid 4711'],
    [12, '0, 0, 0, 0, 0, 0', 94180000000000, 'brk 2147483647 large'],
    [9, '0, 1000, 3, 22, ffffffff, 0', -12, 'mmap=ENOMEM -1'],
    [35, '7ffd, 7ffd, 0, 0, 0, 0', -516, 'nanosleep=ERESTART -1'],
    [219, '0, 0, 0, 0, 0, 0', 0, 'restart_syscall 0 restarted'],
    [400, '0, 0, 0, 0, 0, 0', -38, 'syscall_400=ENOSYS -1'],
    [16, '3, 5401, 0, 0, 0, 0', -515, 'ioctl:unknown(3)=? -1'],
  ])('NR %i (%s) = %s', (number, args, result, expected) => expect(call(number, args, result)).toBe(expected));

  it.each([
    [202, '7f, 0, 2, 0, 0, 0', 'futex#wait'],
    [202, '7f, 80, 2, 0, 0, 0', 'futex#wait'],
    [202, '7f, 81, 1, 0, 0, 0', 'futex#wake'],
    [202, '7f, 189, 0, 0, 0, ffffffff', 'futex#wait'],
    [202, '7f, 84, 0, 0, 0, 0', 'futex#wake'],
    [233, '3, 1, 17, 7ffd, 0, 0', 'epoll_ctl#add:epoll(3)'],
    [233, '3, 2, 17, 7ffd, 0, 0', 'epoll_ctl#del:epoll(3)'],
    [233, '3, 3, 17, 7ffd, 0, 0', 'epoll_ctl#mod:epoll(3)'],
    [232, '3, 55c6, 2790, 0, 0, 0', 'epoll_wait#now:epoll(3)'],
    [232, '3, 55c6, 2790, ffffffff, 0, 0', 'epoll_wait:epoll(3)'],
    [281, '3, 55c6, 400, 0, 0, 8', 'epoll_pwait#now:epoll(3)'],
    [7, '7ffd, 1, 0, 0, 0, 0', 'poll#now'],
    [7, '7ffd, 1, 3e8, 0, 0, 0', 'poll'],
    [271, '7ffd, 1, 0, 0, 8, 0', 'ppoll'],
    [72, '5, 3, 0, 0, 0, 0', 'fcntl#getfl:unknown(5)'],
    [72, '5, 4, 800, 0, 0, 0', 'fcntl#setfl:unknown(5)'],
    [72, '5, 406, 0, 0, 0, 0', 'fcntl#dup:unknown(5)'],
    [72, '5, 6, 7ffd, 0, 0, 0', 'fcntl#lock:unknown(5)'],
    [257, 'ffffff9c, 7ffd, 0, 0, 0, 0', 'openat:file'],
    [257, 'ffffffffffffff9c, 7ffd, 241, 1b6, 0, 0', 'openat#create:file'],
    [257, '5, 7ffd, 90800, 0, 0, 0', 'openat#directory:directory(5)'],
    [2, '7ffd, 1, 0, 0, 0, 0', 'open#write:file'],
    [85, '7ffd, 1b6, 0, 0, 0, 0', 'creat#create:file'],
    [437, 'ffffff9c, 7ffd, 7ffd, 18, 0, 0', 'openat2:file'],
    [41, '2, 80801, 0, 0, 0, 0', 'socket:tcp'],
    [41, 'a, 2, 0, 0, 0, 0', 'socket:udp'],
    [41, '1, 5, 0, 0, 0, 0', 'socket:unix'],
    [41, '10, 80003, 0, 0, 0, 0', 'socket:netlink'],
    [41, '11, 3, 0, 0, 0, 0', 'socket:socket'],
    [54, '8, 6, 1, 7ffd, 4, 0', 'setsockopt:tcp(8)'],
    [54, '8, 1, 2, 7ffd, 4, 0', 'setsockopt:unknown(8)'],
    [55, '8, 11, 1, 7ffd, 4, 0', 'getsockopt:udp(8)'],
    [56, '3d0f00, 7f, 7f, 7f, 7f, 0', 'clone#thread'],
    [56, '1200011, 0, 0, 7f, 0, 0', 'clone'],
    [435, '7ffd, 58, 0, 0, 0, 0', 'clone3#thread'],
    [262, 'ffffff9c, 7ffd, 7ffd, 0, 0, 0', 'newfstatat:cwd'],
    [290, '0, 0, 0, 0, 0, 0', 'eventfd2:eventfd'],
  ])('NR %i (%s) is %s', (number, args, expected) => expect(call(number, args, 8)).toBe(`${expected} 8`));

  it('takes the architecture from the header', () => {
    const header = '# ========\n# arch : aarch64\n# ========\n#\n';
    expect(call(63, '3, 0, 1, 0, 0, 0', 1, header)).toBe('read:unknown(3) 1');
    expect(call(56, 'ffffff9c, 0, 4000, 0, 0, 0', 4, header)).toBe('openat#directory:directory 4');
  });

  it('guesses the architecture by what the numbers mean', () => {
    const of = (numbers: number[]) =>
      read(numbers.map((n, i) => `app 7 1.00000${i}: raw_syscalls:sys_enter: NR ${n} (3, 0, 0, 0, 0, 0)\n`).join(''))
        .calls;
    expect(of([0, 1, 232, 202, 39])).toEqual(['read', 'write', 'epoll_wait', 'futex', 'getpid']);
    expect(of([63, 64, 22, 98, 172])).toEqual(['read', 'write', 'epoll_pwait', 'futex', 'getpid']);
    expect(of([3, 4, 256, 240, 265])).toEqual(['read', 'write', 'epoll_wait', 'futex', 'clock_gettime']);
  });

  it('reads the tracepoints of single calls', () => {
    const text = `
app  7/8  [000] 5.000000: syscalls:sys_enter_read: fd: 0x0000001c, buf: 0x7ffd, count: 0x00010000
app  7/8  [000] 5.000004:  syscalls:sys_exit_read: 0xfffffffffffffff5
app  7/8  [000] 5.000005: syscalls:sys_enter_openat: dfd: 0xffffffffffffff9c, filename: 0x7ffd "/a, b: 0x1", flags: 0x00000041, mode: 0x000001b6
app  7/8  [000] 5.000006:  syscalls:sys_exit_openat: 0x5
app  7/8  [000] 5.000007: syscalls:sys_enter_newfstat: fd: 0x00000005, statbuf: 0x7ffd
app  7/8  [000] 5.000008:  syscalls:sys_exit_newfstat: 0x0
app  7/8  [000] 5.000009: syscalls:sys_enter_getpid: 
app  7/8  [000] 5.000010:  syscalls:sys_exit_getpid: 0x7
app  7/8  [000] 5.000011: syscalls:sys_enter_mmap: addr: 0x00000000, len: 0x1000
app  7/8  [000] 5.000012:  syscalls:sys_exit_mmap: 0x7f76a78ec000
`;
    expect(rows(text)).toEqual([
      '0.000000000 8 read:unknown(28)=EAGAIN 0.000004000s -1 @0',
      '0.000005000 8 openat#create:file 0.000001000s 5 @0',
      '0.000007000 8 fstat:unknown(5) 0.000001000s 0 @0',
      '0.000009000 8 getpid 0.000001000s 7 @0',
      '0.000011000 8 mmap 0.000001000s 2147483647 large @0',
    ]);
  });

  it('does not count a call twice that both kinds of tracepoints tell', () => {
    const text = `app 7 5.0: raw_syscalls:sys_enter: NR 0 (3, 0, 1, 0, 0, 0)
app 7 5.000001: syscalls:sys_enter_read: fd: 0x00000003, buf: 0x0, count: 0x1
app 7 5.000002: syscalls:sys_exit_read: 0x1
app 7 5.000003: raw_syscalls:sys_exit: NR 0 = 1
`;
    const trace = read(text);
    expect(rowsOf(trace)).toEqual(['0.000000000 7 read:unknown(3) 0.000003000s 1']);
    expect(trace.notices).toBe(2);
  });
});

describe('the head of a line', () => {
  it.each([
    ['redis-server 18651/18652 [011]  3465.589469457:', 18652, 18651, 'redis-server', 11],
    ['    redis-server 18651 [000]  3465.589469:', 18652 - 1, 18651, 'redis-server', 0],
    ['Web Content 12 456/789 [001] 1.000001:', 789, 456, 'Web Content 12', 1],
    ['kworker/u16:2-ev 99 1.000001:', 99, 99, 'kworker/u16:2-ev', -1],
    ['a: 1.5: b 7/7 [001] 1.000001:', 7, 7, 'a: 1.5: b', 1],
    [':4711 4711/4711 1700000000.000001:', 4711, 4711, '', -1],
    ['4711 1.000001:', 4711, 4711, '', -1],
    ['app 7/7 [001] 1.000001:          1', 7, 7, 'app', 1],
  ])('%s', (head, tid, pid, name, cpu) => {
    const trace = read(`${head} raw_syscalls:sys_enter: NR 39 (0, 0, 0, 0, 0, 0)\n`);
    expect(trace.skipped.lines).toBe(0);
    expect(trace.threads).toMatchObject([{ tid, pid, name }]);
    expect(trace.columns.cpu![0]).toBe(cpu < 0 ? 0xffff : cpu);
  });

  it('keeps nanoseconds, and tells the clock since boot from the wall clock', () => {
    const line = (time: string) => `app 7 ${time}: raw_syscalls:sys_enter: NR 39 (0, 0, 0, 0, 0, 0)\n`;
    const boot = read(line('7431.639196140') + line('7432.000000001'));
    expect([boot.clock, boot.origin, boot.columns.start[1]]).toEqual([
      'boot',
      { seconds: 7431, nanoseconds: 639196140 },
      360803861,
    ]);
    const wall = read(line('1795395068.999999') + line('1795395069.000001'));
    expect([wall.clock, wall.origin, wall.columns.start[1]]).toEqual([
      'epoch',
      { seconds: 1795395068, nanoseconds: 999999000 },
      2000,
    ]);
  });

  it('follows names that change', () => {
    const line = (name: string, at: number) =>
      `${name} 7/7 1.00000${at}: raw_syscalls:sys_enter: NR 39 (0, 0, 0, 0, 0, 0)\n` +
      `${name} 7/7 1.00000${at + 1}: raw_syscalls:sys_exit: NR 39 = 7\n`;
    expect(read(line('sh', 1) + line('redis-server', 3) + line(':7', 5)).threads[0]!.name).toBe('redis-server');
  });
});

const enter = (tid: number, at: string, number = 0) =>
  `app 7/${tid} [000] ${at}: raw_syscalls:sys_enter: NR ${number} (3, 0, 1, 0, 0, 0)\n`;
const exit = (tid: number, at: string, number = 0, result = 0) =>
  `app 7/${tid} [000] ${at}: raw_syscalls:sys_exit: NR ${number} = ${result}\n`;

describe('what is not there', () => {
  it('a call that did not return lasts until the end', () => {
    expect(rows(enter(7, '1.0', 202) + enter(8, '1.5', 39) + exit(8, '3.0', 39, 7))).toEqual([
      '0.000000000 7 futex#wait=? 2.000000000s 0 unfinished @0',
      '0.500000000 8 getpid 1.500000000s 7 @0',
    ]);
  });

  it('an exit without entry began before the trace; in its middle, perf lost the entry', () => {
    expect(rows(exit(7, '1.0', 232, 1) + exit(8, '1.5', 0, 5) + exit(7, '2.0', 0, 4))).toEqual([
      '0.000000000 7 epoll_wait:epoll 0.000000000s 1 entry-unseen',
      '0.000000000 8 read:unknown 0.500000000s 5 entry-unseen',
      '1.000000000 7 read:unknown 0.000000000s 4 entry-unseen',
    ]);
  });

  it('an entry before the exit of the call before: that exit is lost', () => {
    expect(rows(enter(7, '1.0') + enter(7, '1.25', 39) + exit(7, '1.5', 39, 7))).toEqual([
      '0.000000000 7 read:unknown(3)=? 0.250000000s 0 unfinished @0',
      '0.250000000 7 getpid 0.250000000s 7 @0',
    ]);
    expect(rows(enter(7, '1.0') + exit(7, '1.5', 39, 7))).toEqual([
      '0.000000000 7 read:unknown(3)=? 0.500000000s 0 unfinished @0',
      '0.500000000 7 getpid 0.000000000s 7 entry-unseen',
    ]);
  });

  it('rt_sigreturn comes back without its number', () => {
    expect(rows(enter(7, '1.0', 15) + exit(7, '1.1', -1, -4))).toEqual([
      '0.000000000 7 rt_sigreturn=EINTR 0.100000000s -1 @0',
    ]);
  });

  it('without exits there are no durations', () => {
    const trace = read(Array.from({ length: 60 }, (_, i) => enter(7, `1.0000${10 + i}`)).join(''));
    expect(trace.hasDurations).toBe(false);
    expect(trace.columns.duration.slice(0, 60).every(Number.isNaN)).toBe(true);
  });

  it('a thread is born in its clone, and ends in exit', () => {
    const text =
      `app 7/7 1.0: raw_syscalls:sys_enter: NR 56 (3d0f00, 0, 0, 0, 0, 0)\n` +
      `app 7/8 1.1: raw_syscalls:sys_exit: NR 56 = 0\n` +
      `app 7/7 1.2: raw_syscalls:sys_exit: NR 56 = 8\n` +
      `app 7/8 1.3: raw_syscalls:sys_enter: NR 60 (0, 0, 0, 0, 0, 0)\n` +
      `app 7/8 1.4: sched:sched_process_exit: comm=app pid=8 prio=120\n` +
      `app 8/8 1.5: raw_syscalls:sys_enter: NR 39 (0, 0, 0, 0, 0, 0)\n`;
    const trace = read(text);
    expect(rowsOf(trace).map((row) => row.split(' ').slice(1, 3).join(' '))).toEqual([
      '7 clone#thread',
      '8 exit=?',
      '8 getpid=?',
    ]);
    expect(trace.threads).toMatchObject([
      { tid: 7, exitNs: null },
      { tid: 8, pid: 7, parent: 0, firstNs: 3e8, exitNs: 3e8 },
      { tid: 8, pid: 8, parent: -1, firstNs: 5e8, exitNs: null },
    ]);
  });

  it('exec tells the program', () => {
    const text =
      enter(7, '1.0', 59) +
      'sh 7/7 1.1: sched:sched_process_exec: filename=/usr/bin/my app pid=7 old_pid=7\n' +
      exit(7, '1.2', 59);
    expect(read(text).threads).toMatchObject([{ program: '/usr/bin/my app', name: 'app' }]);
    // Between the call's entry and its exit in pieces of their own.
    expect(readText(perfScript, text, 1).threads).toEqual(read(text).threads);
    expect(rowsOf(readText(perfScript, text, 1))).toEqual(rows(text));
  });
});

describe('scheduler', () => {
  const call = enter(7, '1.0', 39) + exit(7, '1.000001', 39, 7);
  it.each([
    'prev_comm=redis server prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=a==> next_pid=1 next_pid=9 next_prio=120',
    'prev_comm=r ==> next_comm= prev_pid=7 prev_prio=-1 prev_state=S ==> next_comm=a==> next_pid=1 next_pid=9 next_prio=120',
    'prev_comm= prev_pid=1 ==>  prev_pid=7 prev_prio=120 prev_state=S|K ==> next_comm=a==> next_pid=1 next_pid=9 next_prio=-1',
    'redis server:7 [120] S ==> a==> next_pid=1:9 [120]',
    'a:1 [1] R ==> b:7 [-1] S ==> a==> next_pid=1:9 [-1]',
    ' ==> R ==> :1:7 [120] S ==> a==> next_pid=1:9 [120]  ',
  ])('%s', (event) => {
    const { switches } = read(`${call}redis server 7/7 [003] 1.000002: sched:sched_switch: ${event}\n`);
    expect(switches).toMatchObject({ length: 1, nextNames: ['a==> next_pid=1'] });
    expect([switches!.time[0], switches!.cpu[0], switches!.previous[0], switches!.next[0]]).toEqual([2000, 3, 0, -1]);
    expect(String.fromCharCode(switches!.previousState[0]!)).toBe('S');
  });

  it.each([
    'redis:7 [120] S ==> a name of sixteen:9 [120]',
    'redis:7 S ==> app:9 [120]',
    'redis:7 [120] S ==> app:9',
    'prev_comm=redis prev_prio=120 prev_state=S ==> next_comm=app next_pid=9 next_prio=120',
    'prev_comm=redis prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=app next_prio=120',
  ])('damaged: %s', (event) => {
    const { switches, skipped } = read(`${call}redis 7/7 [003] 1.000002: sched:sched_switch: ${event}\n`);
    expect([switches, skipped.examples.map(({ reason }) => reason)]).toEqual([null, ['damaged sched_switch']]);
  });

  it('first letter of states of several, tasks without a thread', () => {
    const event =
      'prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=R+ ==> next_comm=app next_pid=7 next_prio=120';
    const { switches } = read(`${call}swapper 0/0 [001] 1.000002: sched:sched_switch: ${event}\n`);
    expect([switches!.previous[0], switches!.next[0], switches!.previousState[0]]).toEqual([-1, 0, 'R'.charCodeAt(0)]);
  });
});

describe('call chains', () => {
  const chain = (...frames: string[]) => frames.map((frame) => `\t${frame.padStart(30)}\n`).join('') + '\n';
  const stackOf = (...frames: string[]) => {
    const trace = read(enter(7, '1.0') + chain(...frames) + exit(7, '1.1'));
    const { stacks } = trace;
    if (trace.columns.stack === null || stacks === null) return null;
    const out: string[] = [];
    for (let s = trace.columns.stack[0]!; s >= 0; s = stacks.prefix[s]!) {
      const frame = stacks.frame[s]!;
      out.push(`${stacks.functions[stacks.frameFunction[frame]!]}@${stacks.objects[stacks.frameObject[frame]!]}`);
    }
    return out;
  };

  it.each([
    ['14b8b90 uv__stream_io (/usr/bin/node)', 'uv__stream_io@/usr/bin/node'],
    ['14b8b90 uv__stream_io+0x1f0 (/usr/bin/node)', 'uv__stream_io@/usr/bin/node'],
    [
      '7f76 JS:^Queue.getNextJob /srv/x.js:1112:38 (/tmp/perf-26666.map)',
      'JS:^Queue.getNextJob /srv/x.js:1112:38@/tmp/perf-26666.map',
    ],
    [
      '9 node::(anonymous namespace)::Call<(int)1>(void (*)(int), long) const (/usr/bin/node)',
      'node::(anonymous namespace)::Call<(int)1>(void (*)(int), long) const@/usr/bin/node',
    ],
    ['7f76 [unknown] (/usr/lib/x.so)', '@/usr/lib/x.so'],
    ['7f76 [unknown] ([unknown])', '@'],
    ['7f76 f (/memfd:jit (deleted))', 'f@/memfd:jit (deleted)'],
    ['7f76 f(int) (/tmp/a (b)/c)', 'f(int)@/tmp/a (b)/c'],
    ['7ffd gettimeofday+0x1 ([vdso])', 'gettimeofday@[vdso]'],
  ])('%s', (line, expected) => expect(stackOf(line)).toEqual([expected]));

  it('leaves the kernel out', () => {
    const kernel = [
      'ffffffff81415d70 syscall_trace_enter ([kernel.kallsyms])',
      'ffffffffc0123456 ext4_sync (/lib/modules/6.1.0/kernel/fs/ext4/ext4.ko)',
      '85d455 SYSC_recvfrom (/lib/modules/4.3.0/build/vmlinux)',
    ];
    expect(stackOf(...kernel, 'f82ec read (/lib/libc.so.6)', '2724a main (/usr/bin/app)')).toEqual([
      'read@/lib/libc.so.6',
      'main@/usr/bin/app',
    ]);
    expect(stackOf(...kernel)).toBe(null);
  });

  it('gives inlined functions the object of the function they are in', () => {
    expect(stackOf('1 inner (inlined)', '1 outer (/usr/bin/app)')).toEqual([
      'inner@/usr/bin/app',
      'outer@/usr/bin/app',
    ]);
  });

  it('belongs to the entry; that of the exit only where the entry had none', () => {
    const stack = (name: string) => chain(`1 ${name} (/usr/bin/app)`);
    const text =
      exit(7, '1.0', 232) +
      stack('before') +
      enter(7, '1.1') +
      stack('entry') +
      exit(7, '1.2') +
      stack('exit') +
      enter(7, '1.3') +
      '\n' +
      exit(7, '1.4') +
      stack('late') +
      enter(7, '1.5') +
      exit(7, '1.6');
    expect(rows(text).map((row) => /\[(.*)\]/.exec(row)?.[1])).toEqual(['before', 'entry', 'late', undefined]);
    expect(rowsOf(readText(perfScript, text, 1))).toEqual(rows(text));
  });

  it('is the same where tabs became spaces', () => {
    const text = enter(7, '1.0') + chain('f82ec read (/lib/libc.so.6)', '2724a main (/usr/bin/app)') + exit(7, '1.1');
    expect(rows(text.replaceAll('\t', '        '))).toEqual(rows(text));
    expect(rows(text)[0]).toContain('[read < main]');
  });

  it('does not mix up chains that differ in one byte, at any length', () => {
    const names = Array.from({ length: 400 }, (_, i) => `f${'x'.repeat(i % 7)}${i}`);
    const text = [...names, ...names]
      .map((name, i) => {
        const at = (2 + i / 1000).toFixed(6);
        return enter(7, at) + chain(`1 ${name} (/a)`, '2 main (/a)') + exit(7, at) + '\n';
      })
      .join('');
    expect(rows(text).map((row) => /\[(.*)\]/.exec(row)![1])).toEqual(
      [...names, ...names].map((name) => `${name} < main`),
    );
  });
});

describe('other lines', () => {
  it('counts notices and skips what it cannot use', () => {
    const text = `# ========
# cmdline : /usr/bin/perf record
#
app 7/7 [000] 1.000000: sched:sched_wakeup: comm=x pid=1
Warning: Processed 123 events and lost 4 chunks!
${enter(7, '1.1', 39)}app 7/7 [000] 1.2:     cycles:u:  55c6 main+0x4 (/usr/bin/app)
app 7/7 [000] 1.3: raw_syscalls:sys_enter: NR zero (0)
app 7/7 [000] 1.4: raw_syscalls:sys_exit: NR 0 :
app raw_syscalls:sys_enter: NR 0 (1c, 0)
nobody 1.5: raw_syscalls:sys_enter: NR 0 (1c, 0)
${exit(7, '1.6', 39, 7)}`;
    const trace = read(text);
    expect(rowsOf(trace)).toEqual(['0.000000000 7 getpid 0.500000000s 7 @0']);
    expect(trace).toMatchObject({ lines: 12, notices: 6, truncated: false });
    expect(trace.skipped.lines).toBe(4);
    expect(trace.skipped.examples.map(({ line, reason }) => [line, reason])).toEqual([
      [8, 'damaged system call'],
      [9, 'damaged system call'],
      [10, 'no thread, time and event of perf'],
      [11, 'no thread, time and event of perf'],
    ]);
  });

  it('drops a last record that was cut off, and says so', () => {
    const whole = enter(7, '1.0') + '\t  14b8 read (/lib/libc.so.6)\n';
    const cut = read(`${whole}\t  27ab main (/usr/b`);
    expect(rowsOf(cut)).toEqual(['0.000000000 7 read:unknown(3)=? 0.000000000s 0 unfinished @0 [read]']);
    expect([cut.truncated, cut.lines, cut.bytes]).toEqual([true, 3, whole.length + 20]);
    expect(read(enter(7, '1.0') + exit(7, '1.5').slice(0, -1)).truncated).toBe(false);
    expect(read(enter(7, '1.0').slice(0, -4))).toMatchObject({ truncated: true, length: 0 });
  });

  it('finds no line feed where there is none', () => {
    for (const text of ['', 'x', 'app', '\n', '\n\n', '\t', 'app 7/7 1.0: raw', '\t1 f (/a)', ' \n', '\r\n']) {
      expect(perfScript.lastRecordStart(Buffer.from(text))).toBe(0);
      expect(read(text).length).toBe(0);
    }
  });
});

it('knows what descriptors are after following them', () => {
  const trace = read(
    `app 7 1.0: raw_syscalls:sys_enter: NR 41 (2, 1, 0, 0, 0, 0)
app 7 1.1: raw_syscalls:sys_exit: NR 41 = 5
app 7 1.2: raw_syscalls:sys_enter: NR 1 (5, 0, 1, 0, 0, 0)
app 7 1.3: raw_syscalls:sys_exit: NR 1 = 1
`,
  );
  followDescriptors(trace);
  expect(rowsOf(trace)[1]).toContain('write:tcp(5)');
});
