/** Strace texts for properties. */
import fc from 'fast-check';

const name = fc.constantFrom(
  'read',
  'write',
  'futex',
  'epoll_wait',
  'openat',
  'clone',
  'getpid',
  'gettid',
  'exit_group',
  'execve',
  'fcntl',
  'ppoll',
  'prctl',
  'recvfrom',
  'socket',
  'pipe2',
  'socketpair',
  'close',
  'umask',
  'vfork',
  'set_robust_list',
  'sched_getaffinity',
);
/** Text between quotes as strace prints it: bytes escaped or not, and everything that looks like syntax. */
const string = fc
  .array(
    fc.constantFrom(
      'a',
      ') = 3',
      ' <0.000009>',
      '\\"',
      '\\\\',
      '\\n',
      '(',
      '}',
      ' = -1 EAGAIN (x)',
      '\\377',
      '\xe2\x82',
      '[pid 7]',
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));
const args: Record<string, fc.Arbitrary<[string, string]>> = {
  read: string.map((s) => ['3<TCP:[1->2]>, ', `"${s}", 4`]),
  write: string.map((s) => [`1, "${s}", 4`, '']),
  futex: fc.constantFrom<[string, string]>(['0x7f, FUTEX_WAIT_PRIVATE, 2, NULL', ''], ['0x7f, FUTEX_WAKE, 1', '']),
  epoll_wait: fc.constantFrom<[string, string]>(['5<anon_inode:[eventpoll]>, ', '[], 8, 0'], ['5, ', '[{}], 8, -1']),
  openat: string.map((s) => [`AT_FDCWD, "${s}", O_RDONLY`, '']),
  clone: fc.constantFrom<[string, string]>(['flags=CLONE_THREAD', ', tls=1'], ['flags=SIGCHLD', '']),
  getpid: fc.constant(['', '']),
  gettid: fc.constant(['', '']),
  exit_group: fc.constant(['0', '']),
  execve: string.map((s) => [`"/bin/${s}", [], 0x1 /* 2 vars */`, '']),
  fcntl: fc
    .constantFrom('F_GETFL', 'F_GETFD', 'F_SETFD, FD_CLOEXEC', 'F_DUPFD_CLOEXEC, 3', 'F_SETLKW, {l_type=F_WRLCK}')
    .map((command) => [`4</srv/a>, ${command}`, '']),
  ppoll: fc.constantFrom<[string, string]>(
    ['[{fd=3, events=POLLIN}], 1, NULL, [], 8', ''],
    ['[...], 2, {tv_sec=0, tv_nsec=0}, NULL, 8', ''],
    // What the first half opens the second one closes.
    ['[{fd=3<TCP:[1->2]>, ', 'events=POLLIN}], 1, NULL, NULL, 8'],
    ['[{fd=3<TCP:[1->2]>, events=POLLIN}], 1, {tv_sec=1, tv_nsec=0}', ', ~[USR1], 8'],
  ),
  prctl: string.map((s) => [`PR_SET_NAME, "${s}"`, '']),
  recvfrom: string.map((s) => ['3<UDP:[1]>, ', `"${s}", 9, 0, NULL, NULL`]),
  socket: fc
    .constantFrom('AF_INET, SOCK_STREAM', 'AF_INET6, SOCK_DGRAM|SOCK_CLOEXEC', 'AF_UNIX, SOCK_DGRAM', 'AF_NETLINK, 3')
    .map((family) => [`${family}, 0`, '']),
  pipe2: fc.constantFrom<[string, string]>(
    ['[3, 4], 0', ''],
    ['', '[3<pipe:[7]>, 4<pipe:[7]>], O_CLOEXEC'],
    ['0x7ffc, 0', ''],
    ['[3<pipe:[7]>, ', '4<pipe:[7]>]'],
  ),
  socketpair: fc.constantFrom<[string, string]>(['AF_UNIX, SOCK_STREAM, 0, ', '[5, 6]']),
  close: fc.constantFrom<[string, string]>(
    ['3<\\x2f\\x64\\x65\\x76\\x2f\\x6e\\x75\\x6c\\x6c>', ''],
    ['4<\\x70\\x69\\x70\\x65\\x3a\\x5b\\x37\\x5d>', ''],
    ['5<socket:[7]>', ''],
  ),
  umask: fc.constant(['0177', '']),
  vfork: fc.constant(['', '']),
  set_robust_list: fc.constant(['0x7f9d377e29a0, 24', '']),
  sched_getaffinity: fc.constant(['0, 8, [0 1]', '']),
};
const result: Record<string, fc.Arbitrary<string>> = {
  clone: fc.integer({ min: 1, max: 5 }).map(String),
  exit_group: fc.constant('?'),
  vfork: fc.integer({ min: 1, max: 5 }).map(String),
  fcntl: fc.constantFrom('0', '0x8802 (flags O_RDWR|O_NONBLOCK|O_LARGEFILE)', '5</srv/a>', '-1 EAGAIN (x)'),
  ppoll: fc.constantFrom(
    '0 (Timeout)',
    '1 ([...])',
    '1 ([{fd=3<TCP:[1->2]>, revents=POLLIN}], left {tv_sec=0, tv_nsec=9})',
  ),
  socket: fc.constantFrom('3<TCP:[12]>', '4', '-1 EMFILE (Too many open files)'),
  umask: fc.constantFrom('022', '0'),
  pipe2: fc.constantFrom('0', '-1 EMFILE (Too many open files)'),
  socketpair: fc.constantFrom('0', '-1'),
  openat: fc.constantFrom(
    '3</tmp/x = 4>',
    '4',
    '5</dev/null<char 1:3>>',
    '6</tmp/a (b)>',
    '7<\\x2f\\x78>',
    '-1 ENOENT (No such file or directory)',
  ),
  execve: fc.constantFrom('0', '-1 ENOENT (No such file or directory)'),
};
const anyResult = fc.constantFrom(
  '0',
  '5',
  '-1 EAGAIN (Resource temporarily unavailable)',
  '? ERESTARTSYS (To be restarted)',
  '? ERESTART_RESTARTBLOCK (Interrupted by signal)',
  '0x7fff12345678',
  '-5',
  '-1 EMADEUP (x)',
  '-1 (errno 524)',
  '-1',
  '?',
);

const step = fc.record({
  tid: fc.integer({ min: 1, max: 4 }),
  /** 'next': a thread that was not seen before lives from here on, for this one; on a terminal, now and then, one of the same number. */
  what: fc.constantFrom(
    ...[
      'call',
      'call',
      'call',
      'begin',
      'end',
      'end',
      'signal',
      'exit',
      'killed',
      'next',
      'stack',
      'junk',
      'lost',
      'superseded',
    ],
  ),
  name,
  gap: fc.integer({ min: 0, max: 3_000_000 }),
  duration: fc.integer({ min: 0, max: 900_000 }),
});

/** A text of several threads whose calls are split and interleaved. */
export const texts = fc
  .array(
    step.chain((s) =>
      fc.tuple(fc.constant(s), args[s.name]!, result[s.name] ?? anyResult, fc.constantFrom('main', 'loop', 'io')),
    ),
    { maxLength: 60 },
  )
  .chain((steps) =>
    fc.record({
      steps: fc.constant(steps),
      clock: fc.constantFrom('epoch', 'day', 'relative', 'none', 'seconds', 'whole'),
      durations: fc.boolean(),
      /** 'pids': strace -o; 'terminal': names only while several are traced; 'one': never. */
      names: fc.constantFrom('pids', 'terminal', 'one'),
      ended: fc.boolean(),
    }),
  )
  .map(({ steps, clock, durations, names, ended }) => {
    const open = new Map<number, [string, string]>();
    let now = 86_395_000_000;
    let text = '';
    const alive = new Set([1, 2, 3, 4]);
    const tids = [0, 1, 2, 3, 4];
    let newest = 4;
    for (const [{ tid: place, what, name, gap, duration }, [first, second], outcome, fn] of steps) {
      if (what === 'next' && names !== 'one') {
        if (names === 'pids' || gap % 3 > 0) tids[place] = ++newest;
        alive.add(tids[place]!);
        if (names === 'terminal' && gap % 2 > 0) text += `strace: Process ${tids[place]} attached\n`;
      }
      const tid = names === 'one' ? 1 : tids[place]!;
      if (!alive.has(tid)) continue;
      now += gap;
      const us = String(now % 1_000_000).padStart(6, '0');
      const s = Math.floor(now / 1_000_000);
      const two = (n: number) => String(n).padStart(2, '0');
      const day = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${us} `;
      const relative = `${Math.floor(gap / 1_000_000)}.${String(gap % 1_000_000).padStart(6, '0')} `;
      const seconds = day.replace(/\.\d+/, '');
      const whole = `${String(Math.floor(gap / 1_000_000)).padStart(6)} `;
      const time = { epoch: `${1_700_000_000 + s}.${us} `, day, relative, none: '', seconds, whole }[clock]!;
      const who = names === 'pids' ? `${tid}  ` : names === 'terminal' && alive.size > 1 ? `[pid  ${tid}] ` : '';
      // A call of more than ten seconds, now and then.
      const long = duration % 7 === 0 ? 12 : 0;
      // Whoever pasted it wrote a remark behind it.
      const remark = duration % 13 === 0 ? '  <-- slow' : '';
      const took = durations ? ` <${long}.${String(duration % 1_000_000).padStart(6, '0')}>${remark}` : '';
      const head = who + time;
      const pending = open.get(tid);
      if (what === 'stack') text += ` > /bin/srv(${fn}+0x1) [0x1]\n > /bin/srv(main+0x${gap % 3}) [0x2]\n`;
      else if (what === 'junk') text += 'some output of the program (\n';
      else if (what === 'signal') text += `${head}--- SIGCHLD {si_pid=2} ---\n`;
      else if (what === 'superseded') text += `${head}+++ superseded by execve in pid ${tids[1 + (gap % 4)]} +++\n`;
      else if (what === 'exit' || what === 'killed') {
        text += `${head}+++ ${what === 'exit' ? 'exited with 0' : 'killed by SIGKILL (core dumped)'} +++\n`;
        // With tids on every line, a tid may live again.
        if (names !== 'pids') alive.delete(tid);
        open.delete(tid);
      } else if (what === 'end' && pending) {
        text += `${head}<... ${pending[0]} resumed>${pending[1]}) = ${outcome}${took}\n`;
        open.delete(tid);
      } else if (what === 'lost') text += `${head}<... ${name} resumed>${second}) = ${outcome}${took}\n`;
      else if (pending && what !== 'begin') continue;
      else if (what === 'begin') {
        text += `${head}${name}(${first} <unfinished ...>${remark}\n`;
        open.set(tid, [name, second]);
      } else text += `${head}${name}(${first}${second}) = ${outcome}${took}\n`;
    }
    return ended ? text : text.slice(0, -5);
  });
