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
};
const result: Record<string, fc.Arbitrary<string>> = {
  clone: fc.integer({ min: 1, max: 5 }).map(String),
  exit_group: fc.constant('?'),
  openat: fc.constantFrom('3</tmp/x = 4>', '4', '-1 ENOENT (No such file or directory)'),
  execve: fc.constantFrom('0', '-1 ENOENT (No such file or directory)'),
};
const anyResult = fc.constantFrom(
  '0',
  '5',
  '-1 EAGAIN (Resource temporarily unavailable)',
  '? ERESTARTSYS (To be restarted)',
  '0x7fff12345678',
  '?',
);

const step = fc.record({
  tid: fc.integer({ min: 1, max: 4 }),
  what: fc.constantFrom('call', 'call', 'call', 'begin', 'end', 'end', 'signal', 'exit', 'stack', 'junk', 'lost'),
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
    for (const [{ tid: anyTid, what, name, gap, duration }, [first, second], outcome, fn] of steps) {
      const tid = names === 'one' ? 1 : anyTid;
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
      const took = durations ? ` <${Math.floor(duration / 1e6)}.${String(duration % 1_000_000).padStart(6, '0')}>` : '';
      const head = who + time;
      const pending = open.get(tid);
      if (what === 'stack') text += ` > /bin/srv(${fn}+0x1) [0x1]\n > /bin/srv(main+0x${gap % 3}) [0x2]\n`;
      else if (what === 'junk') text += 'some output of the program (\n';
      else if (what === 'signal') text += `${head}--- SIGCHLD {si_pid=2} ---\n`;
      else if (what === 'exit') {
        text += `${head}+++ exited with 0 +++\n`;
        // With tids on every line, a tid may live again.
        if (names !== 'pids') alive.delete(tid);
        open.delete(tid);
      } else if (what === 'end' && pending) {
        text += `${head}<... ${pending[0]} resumed>${pending[1]}) = ${outcome}${took}\n`;
        open.delete(tid);
      } else if (what === 'lost') text += `${head}<... ${name} resumed>${second}) = ${outcome}${took}\n`;
      else if (pending && what !== 'begin') continue;
      else if (what === 'begin') {
        text += `${head}${name}(${first} <unfinished ...>\n`;
        open.set(tid, [name, second]);
      } else text += `${head}${name}(${first}${second}) = ${outcome}${took}\n`;
    }
    return ended ? text : text.slice(0, -5);
  });
