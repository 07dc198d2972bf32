/** perf script texts for properties. */
import fc from 'fast-check';

/** Names of tasks: usual ones, and such as look like what stands around them. */
const task = fc.constantFrom(
  ...['app', 'my app 1', 'swapper/1', 'rs:main Q:Reg', '15 bytes of name', 'a name of 16 byt', ' ', '\xe9\xff', 'a\tb'],
  ...[
    'a ==> b',
    ' ==> next_comm=',
    'a next_pid=1',
    'x prev_pid=9',
    'next_comm=',
    'a:1 [1] S ==> b',
    'a:1',
    '[1]',
    '==',
  ],
);

/** The text of sched_switch in either shape, now and then of another one. */
export const switchText = fc
  .record({
    named: fc.boolean(),
    names: fc.tuple(task, task),
    tids: fc.tuple(fc.constantFrom(0, 1, 4, 4711, 4194304, 123456789), fc.constantFrom(0, 2, 99999999, -1)),
    priorities: fc.tuple(fc.constantFrom(120, 0, -1), fc.constantFrom(120, 139, -1)),
    state: fc.constantFrom('S', 'R', 'R+', 'D|K', 'x', '', ' S', '=S'),
    lost: fc.option(fc.nat(90), { nil: null, freq: 6 }),
  })
  .map(({ named, names, tids, priorities, state, lost }) => {
    const text = named
      ? `prev_comm=${names[0]} prev_pid=${tids[0]} prev_prio=${priorities[0]} prev_state=${state} ==> ` +
        `next_comm=${names[1]} next_pid=${tids[1]} next_prio=${priorities[1]}`
      : `${names[0]}:${tids[0]} [${priorities[0]}] ${state} ==> ${names[1]}:${tids[1]} [${priorities[1]}]`;
    return lost === null ? text : text.slice(0, lost) + text.slice(lost + 1);
  });

/** Events that tell of no call, and some that look so. */
const others = [
  ...['cycles:u: 1 f (/a)', 'cpu-clock:', 'sched:sched_wakeup: comm=x pid=1', 'sched:sched_waking: comm=x', 'sched:'],
  ...['sched:sched_stat_runtime: comm=x', 'sched:sched_process_fork: comm=x', 'sched:sched_process_free: comm=x pid=1'],
  ...['sched:sched_pi_setprio: comm=x', 'sched:sched_switc', 'r:', ''],
  ...['PERF_RECORD_MMAP2 1/1: [0x1(0x1) @ 0 <0123456789>]: r-xp /a', 'irq:softirq_entry: vec=1'],
  ...['1 cycles:', 'raw_syscalls:sys_other: NR 1', 'signal:signal_generate: sig=1', 'skb:x', 'block:b', '{', '`'],
];

/** Recordings of several threads: entries and exits at random, some lost, chains, switches, ends, noise. */
const step = fc.record({
  tid: fc.integer({ min: 1, max: 4 }),
  what: fc.constantFrom(
    ...['enter', 'enter', 'exit', 'exit', 'exit', 'switch', 'switch', 'end', 'exec', 'damaged', 'noise', 'other'],
  ),
  number: fc.constantFrom(0, 1, 202, 232, 257, 56, 60, 41, 3, 39, -1),
  result: fc.constantFrom(0, 1, 5, -11, -512, 94180000000000),
  gap: fc.integer({ min: 0, max: 3_000_000 }),
  chain: fc.array(
    fc.constantFrom('1 f (/a)', '2 g+0x1 (/b c)', 'ffffffff81415d70 k ([kernel.kallsyms])', '3 i (inlined)'),
    {
      maxLength: 3,
    },
  ),
  /** Behind each frame. */
  between: fc.constantFrom(
    ...['', '', '', '', '  store.c:12\n', '--\n', '--More--\n', 'Warning: a word\n', '       4 h (/c)\n'],
  ),
  name: fc.constantFrom('app', 'app', 'my app 1'),
  switched: switchText,
  event: fc.constantFrom(...others),
});

export const recording = fc.array(step, { maxLength: 40 }).map((steps) => {
  let ns = 5_000_000_000;
  return steps
    .map(({ tid, what, number, result, gap, chain, between, name, switched, event }) => {
      ns += gap;
      const at = `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`;
      const head = `${name} 1/${tid} [00${tid % 2}] ${at}:`;
      const frames = chain.map((frame) => `\t${frame}\n${between}`).join('') + (chain.length > 0 ? '\n' : '');
      if (what === 'enter') return `${head} raw_syscalls:sys_enter: NR ${number} (3, 1, 2, 0, 0, 0)\n${frames}`;
      if (what === 'exit') return `${head} raw_syscalls:sys_exit: NR ${number} = ${result}\n${frames}`;
      if (what === 'switch') return `${head} sched:sched_switch: ${switched}\n${frames}`;
      if (what === 'end') return `${head} sched:sched_process_exit: comm=x pid=${tid} prio=120\n`;
      if (what === 'exec') return `${head} sched:sched_process_exec: filename=/bin/x pid=${tid} old_pid=${tid}\n`;
      if (what === 'damaged') return `${head} raw_syscalls:sys_enter: NR\n`;
      return what === 'noise' ? 'Warning: something\nsomething else\n' : `${head} ${event}\n${frames}`;
    })
    .join('');
});
