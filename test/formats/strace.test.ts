import { describe, expect, it } from 'vitest';
import { strace } from '../../src/formats/strace/index.js';
import { bytesOf, parseText, rowsOf } from './strace-text.js';

/** One line, as strace -f -ttt -T -yy -o writes it, and what becomes of its call. */
function call(body: string): string {
  const [row] = rowsOf(`7 1700000000.000001 ${body}\n`);
  return row!.split(' ').slice(2).join(' ');
}

describe('outcomes', () => {
  it.each([
    ['getpid() = 7 <0.000003>', 'getpid 0.000003000s 7'],
    ['brk(NULL)       = 0x55992905c000 <0.000047>', 'brk 0.000047000s 2147483647 large'],
    ['brk(NULL) = 0x1000 <0.1>', 'brk 0.100000000s 4096'],
    ['umask(0) = 022 <0.000001>', 'umask 0.000001000s 18'],
    ['access("/x", R_OK) = -1 ENOENT (No such file or directory) <0.000056>', 'access=ENOENT 0.000056000s -1'],
    ['ioctl(3, 0x1) = -1 (errno 524) <0.000001>', 'ioctl:unknown(3)=? 0.000001000s -1'],
    ['pause() = ? ERESTARTNOHAND (To be restarted if no handler) <1.5>', 'pause=ERESTART 1.500000000s 0'],
    ['exit_group(0)   = ?', 'exit_group=? 0.000000000s 0'],
    ['select(1, [0], NULL, NULL, {tv_sec=0, tv_usec=0}) = 0 (Timeout) <0.000002>', 'select 0.000002000s 0'],
    ['select(4, [3], NULL, NULL, NULL) = 1 (in [3]) <0.000002>', 'select 0.000002000s 1'],
    ['poll([{fd=5, events=POLLIN}], 1, -1) = 1 ([{fd=5, revents=POLLIN}]) <0.000011>', 'poll 0.000011000s 1'],
    ['fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE) <0.000003>', 'fcntl#getfl:unknown(3) 0.000003000s 32770'],
    [
      'open("/x", O_RDONLY) = -1 EPERM (Operation not permitted) (INJECTED) <0.000002>',
      'open:file=EPERM 0.000002000s -1',
    ],
    ['read(0, "x", 1) = 1 (DELAYED) <0.2>', 'read:unknown(0) 0.200000000s 1'],
    ['lseek(3, 0, SEEK_END) = 4294967296 <0.000002>', 'lseek:unknown(3) 0.000002000s 2147483647 large'],
    // As the kernel returned it; the owner of a descriptor may be a group of processes.
    ['pkey_x(1) = -5 <0.000002>', 'pkey_x=EIO 0.000002000s -1'],
    ['pkey_x(1) = -4711 <0.000002>', 'pkey_x 0.000002000s -4711 large'],
    ['read(0, "x", 1) = 1 <unavailable>', 'read:unknown(0) - 1'],
    ['read(0, "x", 1) = 1', 'read:unknown(0) - 1'],
    ['clone(child_stack=NULL, flags=SIGCHLD) = 8375<python3> <0.001194>', 'clone 0.001194000s 8375'],
    [
      'syscall_0x1f7(0x1, 0x2, 0x3) = -1 ENOSYS (Function not implemented) <0.000002>',
      'syscall_0x1f7=ENOSYS 0.000002000s -1',
    ],
    ['rt_sigtimedwait([INT], NULL, NULL, 8) = 2 (SIGINT) <0.000002>', 'rt_sigtimedwait 0.000002000s 2'],
    ['keyctl(0x6, 0x1) = -1 EOPNOTSUPP (Operation not supported) <12.000002>', 'keyctl=EOPNOTSUPP 12.000002000s -1'],
  ])('%s', (body, expected) => expect(call(body)).toBe(expected));

  it.each([
    ['write(1, "a) = 5 <0.000009>", 17) = 17 <0.000002>', 'write:unknown(1) 0.000002000s 17'],
    ['write(1, "\\") = -1 EAGAIN (x)\\n", 17) = 16 <0.000002>', 'write:unknown(1) 0.000002000s 16'],
    ['write(1, "<unfinished ...>", 16) = 16', 'write:unknown(1) - 16'],
    ['write(1, "(((", 3) = -1 EPIPE (Broken pipe) <0.000002>', 'write:unknown(1)=EPIPE 0.000002000s -1'],
    ['write(1, "\\\\", 1) = 1 (INJECTED) <0.000002>', 'write:unknown(1) 0.000002000s 1'],
    ['openat(AT_FDCWD</a) = 9>, "b) = 4", O_RDONLY) = 3</tmp/x = 8) = 9> <0.000002>', 'openat:file 0.000002000s 3'],
    ['read(3</tmp/x = 8) = 9>, ""..., 4) = 0 (INJECTED) <0.000002>', 'read:file(3) 0.000002000s 0'],
    [
      'ppoll([{fd=5</t) = 1>, events=POLLIN}], 1, NULL, NULL, 8) = 1 ([{fd=5</t) = 1>, revents=POLLIN}]) <0.000011>',
      'ppoll 0.000011000s 1',
    ],
    ['write(1, "\xff\x80\xe2", 3) = 3 <0.000002>', 'write:unknown(1) 0.000002000s 3'],
    [
      'capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=1<<CAP_CHOWN, permitted=0}) = 0 (x (y)) <0.000002>',
      'capset 0.000002000s 0',
    ],
    ['execve("/bin/a", ["a) = 0"], 0x7ffc /* 38 vars ) = 1 */) = 0 <0.000304>', 'execve 0.000304000s 0'],
  ])('strings, names and comments may hold anything: %s', (body, expected) => expect(call(body)).toBe(expected));
});

it('are none of a thread that is killed before strace could ask for its call, and no damage either', () => {
  const text = [
    '7 1700000000.000001 read(0, "x", 1) = 1 <0.000002>',
    '8 1700000000.000002 ????( <unfinished ...>',
    '7 1700000000.000003 read(0, "x", 1) = 1 <0.000002>',
    '8 1700000000.000004 <... ???? resumed>) = ?',
    '8 1700000000.000005 +++ exited with 0 +++',
    '7 1700000000.000006 ????() = ?',
    '',
  ].join('\n');
  const { length, skipped } = parseText(text);
  expect([length, skipped.lines]).toEqual([2, 0]);
});

describe('descriptors', () => {
  it.each([
    ['read(8<TCP:[127.0.0.1:6379->127.0.0.1:40000]>, 0x7f, 1) = 1', 'read:tcp(8)'],
    ['read(8<TCPv6:[[::1]:6379->[::1]:40000]>, 0x7f, 1) = 1', 'read:tcp(8)'],
    ['recvfrom(8<UDP:[127.0.0.1:53]>, 0x7f, 1, 0, NULL, NULL) = 1', 'recvfrom:udp(8)'],
    ['sendto(8<UDPv6:[9]>, 0x7f, 1, 0, NULL, 0) = 1', 'sendto:udp(8)'],
    ['read(8<UNIX-STREAM:[1->2]>, 0x7f, 1) = 1', 'read:unix(8)'],
    ['read(8<UNIX:[1,"/run/a > b"]>, 0x7f, 1) = 1', 'read:unix(8)'],
    ['recvmsg(8<NETLINK:[ROUTE:7]>, 0x7f, 0) = 1', 'recvmsg:netlink(8)'],
    ['read(8<socket:[77]>, 0x7f, 1) = 1', 'read:socket(8)'],
    ['read(8<PACKET:[1]>, 0x7f, 1) = 1', 'read:socket(8)'],
    ['write(8<pipe:[77]>, 0x7f, 1) = 1', 'write:pipe(8)'],
    ['read(8</var/log/x>, 0x7f, 1) = 1', 'read:file(8)'],
    ['read(8</dev/null<char 1:3>>, 0x7f, 1) = 1', 'read:device(8)'],
    ['read(8</dev/shm/a>, 0x7f, 1) = 1', 'read:file(8)'],
    ['read(8</proc/1/stat>, 0x7f, 1) = 1', 'read:proc(8)'],
    ['read(8</sys/fs/x>, 0x7f, 1) = 1', 'read:proc(8)'],
    ['write(8</memfd:a (deleted)>, 0x7f, 1) = 1', 'write:memfd(8)'],
    ['read(8<anon_inode:[eventfd]>, 0x7f, 8) = 8', 'read:eventfd(8)'],
    ['read(8<{eventfd-count=0, eventfd-id=6, eventfd-semaphore=0}>, 0x7f, 8) = 8', 'read:eventfd(8)'],
    ['fcntl(8<{eventfd-count=1, eventfd-id=6}>, F_GETFL) = 0x2 (flags O_RDWR)', 'fcntl#getfl:eventfd(8)'],
    ['read(8<anon_inode:[timerfd]>, 0x7f, 8) = 8', 'read:timerfd(8)'],
    ['read(8<anon_inode:[signalfd]>, 0x7f, 8) = 8', 'read:signalfd(8)'],
    ['read(8<signalfd:[USR1]>, 0x7f, 8) = 8', 'read:signalfd(8)'],
    ['read(8<anon_inode:inotify>, 0x7f, 8) = 8', 'read:inotify(8)'],
    ['close(8<anon_inode:[eventpoll]>) = 0', 'close:epoll(8)'],
    ['close(8<anon_inode:[io_uring]>) = 0', 'close:io_uring(8)'],
    ['close(8<pid:17>) = 0', 'close:pidfd(8)'],
    ['close(8<anon_inode:bpf-prog>) = 0', 'close:other(8)'],
    ['fsync(8) = 0', 'fsync:unknown(8)'],
    ['close(-1) = -1 EBADF (Bad file descriptor)', 'close:unknown=EBADF'],
    ['newfstatat(AT_FDCWD</srv>, "x", 0x7f, 0) = 0', 'newfstatat:cwd'],
    ['brand_new_call(8<TCP:[1]>, 1) = 0', 'brand_new_call:tcp(8)'],
    ['brand_new_call(8, 1) = 0', 'brand_new_call'],
    // Not descriptors.
    ['kill(8333<python3>, SIGTERM) = 0', 'kill'],
    ['wait4(8333, NULL, 0, NULL) = 8333', 'wait4'],
    ['mmap(NULL, 40411, PROT_READ, MAP_PRIVATE, 3</etc/ld.so.cache>, 0) = 0', 'mmap'],
    ['poll([{fd=3<TCP:[1]>, events=POLLIN}], 1, 5) = 0 (Timeout)', 'poll'],
    // By the call's own nature.
    ['epoll_wait(5, [], 128, 10) = 0', 'epoll_wait:epoll(5)'],
    ['getdents64(8</tmp>, 0x7f /* 0 entries */, 32768) = 0', 'getdents64:directory(8)'],
    ['pipe2([8<pipe:[1]>, 9<pipe:[1]>], O_CLOEXEC) = 0', 'pipe2:pipe'],
    ['eventfd2(0, EFD_CLOEXEC) = 11<anon_inode:[eventfd]>', 'eventfd2:eventfd'],
    ['epoll_create1(EPOLL_CLOEXEC) = -1 EMFILE (Too many open files)', 'epoll_create1:epoll=EMFILE'],
    ['socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3<TCP:[9]>', 'socket:tcp'],
    ['socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 3', 'socket:udp'],
    ['socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = -1 EPERM (Operation not permitted)', 'socket:socket=EPERM'],
    ['socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3<NETLINK:[9]>', 'socket:netlink'],
    ['socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0', 'socketpair:unix'],
    ['accept4(3<TCP:[127.0.0.1:80]>, NULL, NULL, 0) = 4<TCP:[127.0.0.1:80->1.2.3.4:5]>', 'accept4:tcp(3)'],
    ['openat(AT_FDCWD</srv>, "/proc/stat", O_RDONLY) = 8</proc/stat>', 'openat:proc'],
    ['openat(5</srv>, "x", O_RDONLY) = 8</srv/x>', 'openat:file(5)'],
    ['openat(AT_FDCWD</srv>, "/tmp", O_RDONLY|O_DIRECTORY) = 8</tmp>', 'openat#directory:directory'],
    ['openat(AT_FDCWD</srv>, "/none", O_RDONLY) = -1 ENOENT (No such file or directory)', 'openat:file=ENOENT'],
  ])('%s', (body, expected) => expect(call(body).split(' ')[0]).toBe(expected));
});

describe('variants', () => {
  it.each([
    ['futex(0x7f, FUTEX_WAIT_PRIVATE, 2, NULL) = 0', 'futex#wait'],
    ['futex(0x7f, FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME, 0, NULL, FUTEX_BITSET_MATCH_ANY) = 0', 'futex#wait'],
    ['futex(0x7f, FUTEX_WAKE_PRIVATE, 1) = 1', 'futex#wake'],
    ['futex(0x7f, FUTEX_WAKE_OP_PRIVATE, 1, 1, 0x7f, 0x4000001) = 1', 'futex#wake'],
    ['futex(0x7f, FUTEX_LOCK_PI, NULL) = 0', 'futex#wait'],
    ['futex(0x7f, FUTEX_UNLOCK_PI_PRIVATE) = 0', 'futex#wake'],
    ['futex(0x7f, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, 0x7f, 3) = 0', 'futex#wake'],
    [
      'epoll_ctl(5<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 8<TCP:[1->2]>, {events=EPOLLIN}) = 0',
      'epoll_ctl#add:epoll(5)',
    ],
    ['epoll_ctl(5, EPOLL_CTL_MOD, 8, {events=EPOLLIN}) = 0', 'epoll_ctl#mod:epoll(5)'],
    ['epoll_ctl(5, EPOLL_CTL_DEL, 8, 0x7f) = 0', 'epoll_ctl#del:epoll(5)'],
    ['fcntl(8<TCP:[1->2]>, F_SETFL, O_RDWR|O_NONBLOCK) = 0', 'fcntl#setfl:tcp(8)'],
    ['fcntl(8, F_DUPFD_CLOEXEC, 3) = 9', 'fcntl#dup:unknown(8)'],
    ['fcntl(8, F_SETLKW, {l_type=F_WRLCK}) = 0', 'fcntl#lock:unknown(8)'],
    ['fcntl(8, F_GETPIPE_SZ) = 65536', 'fcntl:unknown(8)'],
    ['epoll_wait(5, [], 128, 0) = 0', 'epoll_wait#now:epoll(5)'],
    ['epoll_wait(5, [{events=EPOLLIN, data=0x0}], 128, 10) = 1', 'epoll_wait:epoll(5)'],
    ['epoll_pwait(5, [], 1024, 0, NULL, 8) = 0', 'epoll_pwait#now:epoll(5)'],
    ['epoll_pwait(5, [], 1024, 10, NULL, 8) = 0', 'epoll_pwait:epoll(5)'],
    ['epoll_pwait(5, [], 1024, 0, ~[RT_1 RT_2], 8) = 0', 'epoll_pwait#now:epoll(5)'],
    ['poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout)', 'poll#now'],
    ['poll([{fd=3, events=POLLIN}], 1, 10) = 0 (Timeout)', 'poll'],
    ['ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=0, tv_nsec=0}, NULL, 8) = 0 (Timeout)', 'ppoll#now'],
    ['ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=0, tv_nsec=50}, NULL, 8) = 0 (Timeout)', 'ppoll'],
    ['openat(AT_FDCWD, "x", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3', 'openat#create:file'],
    ['open("O_CREAT", O_RDWR) = 3', 'open#write:file'],
    ['openat2(AT_FDCWD, "x", {flags=O_WRONLY|O_CLOEXEC, resolve=0}, 24) = 3', 'openat2#write:file'],
    ['clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[9]}, 88) = 9', 'clone3#thread'],
    ['clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 9', 'clone'],
  ])('%s', (body, expected) => expect(call(body).split(' ')[0]).toBe(expected));

  it('take what only the second half tells from there', () => {
    expect(
      rowsOf(
        '1 1700000000.1 epoll_wait(5<anon_inode:[eventpoll]>,  <unfinished ...>\n' +
          '2 1700000000.2 openat(AT_FDCWD</>, "x", O_RDONLY <unfinished ...>\n' +
          '1 1700000000.3 <... epoll_wait resumed>[], 64, 0) = 0 <0.2>\n' +
          '2 1700000000.4 <... openat resumed>) = 3</proc/x> <0.2>\n',
      ),
    ).toEqual(['0.000000000 1 epoll_wait#now:epoll(5) 0.200000000s 0', '0.100000000 2 openat:proc 0.200000000s 3']);
  });
});

describe('who and when', () => {
  const body = 'read(3, "", 1) = 0';
  it.each([
    [`7 1700000000.5 ${body}`, 7, 'epoch', 1700000000.5],
    [`7     1700000000.5 ${body}`, 7, 'epoch', 1700000000.5],
    [`[pid     7] 1700000000.5 ${body}`, 7, 'epoch', 1700000000.5],
    [`7<my comm> 1700000000.5 ${body}`, 7, 'epoch', 1700000000.5],
    [`[pid  7<a] b>] 1700000000.5 ${body}`, 7, 'epoch', 1700000000.5],
    [`1700000000.123456700 ${body}`, 0, 'epoch', 1700000000.1234567],
    [`1700000000 ${body}`, 0, 'epoch', 1700000000],
    [`7 12:34:56 ${body}`, 7, 'day', 45296],
    [`7 12:34:56.000250 ${body}`, 7, 'day', 45296.00025],
    [`12:34:56.25 (+     0.000390) ${body}`, 0, 'day', 45296.25],
    [`7      0.250000 ${body}`, 7, 'relative', 0],
    [`     0.250000 ${body}`, 0, 'relative', 0],
    [`7 ${body}`, 7, 'none', 0],
    [body, 0, 'none', 0],
    [`7 1700000000.5 [   0] ${body}`, 7, 'epoch', 1700000000.5],
    [`1700000000.5 [00007f1c2d3e4f50] ${body}`, 0, 'epoch', 1700000000.5],
  ])('%s', (line, tid, clock, origin) => {
    const trace = parseText(line + '\n');
    expect(trace).toMatchObject({ length: 1, clock, skipped: { lines: 0 }, threads: [{ tid }] });
    expect(trace.origin.seconds + trace.origin.nanoseconds / 1e9).toBeCloseTo(origin, 6);
    expect(trace.calls).toEqual(['read']);
  });

  it('adds relative times up', () => {
    const trace = parseText('0.000000 getpid() = 1\n0.5 getuid() = 0\n     0.250000 getgid() = 0\n');
    expect([...trace.columns.start]).toEqual([0, 5e8, 7.5e8]);
  });

  it('passes midnight', () => {
    const trace = parseText('23:59:59.5 getpid() = 1\n00:00:00.25 getuid() = 0\n00:00:01 getgid() = 0\n');
    expect([...trace.columns.start]).toEqual([0, 7.5e8, 1.5e9]);
  });

  it('gives lines without a tid to the thread that the file is of', () => {
    expect(rowsOf('0.1 getpid() = 9\n', 9)[0]).toBe('0.000000000 9 getpid - 9');
  });

  it('is exact to the nanosecond far from the first event', () => {
    const trace = parseText('1700000000.000000001 getpid() = 1\n1703000000.123456789 getpid() = 1\n');
    expect(trace.columns.start[1]).toBe(3000000 * 1e9 + 123456788);
  });
});

describe('lines that are no calls', () => {
  it('counts notices and keeps nothing of them', () => {
    const trace = parseText(
      [
        'strace: Process 8 attached',
        '[pid 7] 1700000000.1 getpid() = 7 <0.000001>',
        '[pid 7] 1700000000.2 --- SIGCHLD {si_signo=SIGCHLD, si_pid=8} ---',
        '[pid 8] 1700000000.3 +++ exited with 0 +++',
        'strace: [ Process PID=7 runs in 32 bit mode. ]',
        '[ Process PID=7 runs in 64 bit mode. ]',
        'Process 7 detached',
        '',
        '% time     seconds  usecs/call     calls    errors syscall',
        '------ ----------- ----------- --------- --------- ----------------',
        ' 99.00    0.010000           1         1         1 read',
        '100.00    0.137142          14      9330      1377 total',
        '',
      ].join('\r\n'),
    );
    expect(trace).toMatchObject({ length: 1, lines: 12, notices: 11, skipped: { lines: 0 }, truncated: false });
    expect(trace.threads).toMatchObject([
      { tid: 7, exitNs: null },
      { tid: 8, exitNs: 2e8 },
    ]);
  });

  it('skips what it cannot use, and says where', () => {
    const trace = parseText(
      '7 1700000000.1 getpid() = 7\nhello\n7 1700000000.2 read(3, "x\n7 1700000000.3 getpid() = 7\n',
    );
    expect(trace.length).toBe(2);
    expect(trace.skipped).toEqual({
      lines: 2,
      examples: [
        { line: 2, offset: 28, reason: 'no system call', text: 'hello' },
        { line: 3, offset: 34, reason: 'call without an end', text: '7 1700000000.2 read(3, "x' },
      ],
    });
  });

  it('puts a call together that other output to the terminal broke', () => {
    const rows = rowsOf(
      'write(1, "hello\\n", 6hello\n) = 6\nwrite(1, "a\\nb\\n", 4a\nb\n)                  = 4\n' +
        'wait4(-1, strace: Process 8337 attached\n <unfinished ...>\n<... wait4 resumed>NULL, 0, NULL) = 8337\n' +
        'hi[pid  9] getpid() = 9\n',
    );
    expect(rows.map((row) => row.split(' ').slice(2).join(' '))).toEqual([
      'write:unknown(1) - 6',
      'write:unknown(1) - 4',
      'wait4 - 8337',
      'getpid - 9',
    ]);
  });

  it('keeps the call in which the trace was cut off: it was still running', () => {
    const trace = parseText('7 1700000000.1 getpid() = 7 <0.1>\n7 1700000000.5 epoll_wait(3<anon_inode:[eventpoll]>, ');
    expect(trace).toMatchObject({ length: 2, truncated: true, skipped: { lines: 0 } });
    expect(rowsOf('7 1700000000.5 epoll_wait(3, ')).toEqual([
      '0.000000000 7 epoll_wait:epoll(3)=? 0.000000000s 0 unfinished',
    ]);
  });

  it.each([
    ['7 1700000000.5 write(1, "foo) = 3', 'write:unknown(1)=? 0.000000000s 0 unfinished', true],
    ['7 1700000000.5 write(1, "foo", 3) = 3 <0.00', 'write:unknown(1)=? 0.000000000s 0 unfinished', true],
    ['7 1700000000.5 write(1, "foo", 3) = -1 EAGAIN (Resou', 'write:unknown(1)=? 0.000000000s 0 unfinished', true],
    ['7 1700000000.5 write(1, "foo", 3) = 3 <0.25>', 'write:unknown(1) 0.250000000s 3', false],
    ['7 1700000000.5 write(1, "foo", 3) = 3', 'write:unknown(1) - 3', false],
  ])('judges a last line without line feed from its front: %s', (line, expected, truncated) => {
    expect(parseText(line).truncated).toBe(truncated);
    expect(rowsOf(line)[0]!.split(' ').slice(2).join(' ')).toBe(expected);
  });

  it('never throws on damaged text', () => {
    for (const text of [
      '',
      '\n',
      '(',
      '7',
      '[pid',
      '<... ',
      '<... x resumed>',
      ' > ',
      '+++ ',
      '7 1700000000.',
      '\0\0\0\n',
      '7<',
      'a(',
    ]) {
      expect(() => [parseText(text), parseText(text + '\n')]).not.toThrow();
    }
  });
});

describe('detection', () => {
  it('is sure of strace text and of nothing else', () => {
    const score = (text: string) => strace.detect(bytesOf(text), '').score;
    expect(score('7 1700000000.1 getpid() = 7\n > /bin/x(main+0x1) [0x2]\n--- SIGINT {} ---\n')).toBe(1);
    expect(score('redis 5983 [000] 12345.678: raw_syscalls:sys_enter: NR 0 (7, 7ffd, 400, 0, 0, 0)\n')).toBe(0);
    expect(score('ts,pid,tid,syscall,ret,dur\n1700000000.1,7,7,read,1,5\n')).toBe(0);
    expect(score('\0\x01\x02(((\n\n\n')).toBe(0);
    expect(score('')).toBe(0);
  });
});
