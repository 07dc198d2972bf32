/** perf script texts for properties. */
import fc from 'fast-check';

/** Recordings of several threads: entries and exits at random, some lost, chains, switches, ends, noise. */
const step = fc.record({
  tid: fc.integer({ min: 1, max: 4 }),
  what: fc.constantFrom('enter', 'enter', 'exit', 'exit', 'exit', 'switch', 'end', 'noise', 'other'),
  number: fc.constantFrom(0, 1, 202, 232, 257, 56, 60, 41, 3, 39),
  result: fc.constantFrom(0, 1, 5, -11, -512, 94180000000000),
  gap: fc.integer({ min: 0, max: 3_000_000 }),
  chain: fc.array(
    fc.constantFrom('1 f (/a)', '2 g+0x1 (/b c)', 'ffffffff81415d70 k ([kernel.kallsyms])', '3 i (inlined)'),
    {
      maxLength: 3,
    },
  ),
  name: fc.constantFrom('app', 'my app 1'),
});

export const recording = fc.array(step, { maxLength: 40 }).map((steps) => {
  let ns = 5_000_000_000;
  return steps
    .map(({ tid, what, number, result, gap, chain, name }) => {
      ns += gap;
      const at = `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`;
      const head = `${name} 1/${tid} [00${tid % 2}] ${at}:`;
      const frames = chain.map((frame) => `\t${frame}\n`).join('') + (chain.length > 0 ? '\n' : '');
      if (what === 'enter') return `${head} raw_syscalls:sys_enter: NR ${number} (3, 1, 2, 0, 0, 0)\n${frames}`;
      if (what === 'exit') return `${head} raw_syscalls:sys_exit: NR ${number} = ${result}\n${frames}`;
      if (what === 'switch')
        return `${head} sched:sched_switch: app:${tid} [120] S ==> my app:${(tid % 4) + 1} [120]\n${frames}`;
      if (what === 'end') return `${head} sched:sched_process_exit: comm=x pid=${tid} prio=120\n`;
      return what === 'noise' ? 'Warning: something\nsomething else\n' : `${head} cycles: 1 f (/a)\n\n`;
    })
    .join('');
});
