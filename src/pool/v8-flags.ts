/** Bytes of bytecode that a function runs before V8 optimizes it: 16 times as many as V8 thinks, for threads of short tasks ... */
const SHORT_TASKS = 2 ** 20;
/** ... and four times as many for a long one, which pays for its own compilation. */
const LONG_TASK = 2 ** 18;
/** Bytes of bytecode that V8 inlines into a function that it optimizes: a third of what it would. Our loops call little. */
const INLINED = 300;

/**
 * Flags of V8 (`node --v8-options`) for the threads of a pool; they hold for what runs and starts from now on.
 *
 * V8 of Node 20 optimizes whatever has run for a millisecond, and its compiler takes up to a third of the processor time of an analysis: most
 * of what an analysis runs is over soon after (docs/performance.md). Later ones ask first how large a function is, and know no such flags.
 *
 * @param startHeapMb of PoolOptions: given for threads that run one short task after the other
 * @param version of V8, as in process.versions
 */
export function v8Flags(startHeapMb: number | undefined, version: string): string[] {
  const eager = version.startsWith('11.');
  if (startHeapMb === undefined)
    return eager ? [`--interrupt-budget=${LONG_TASK}`, `--max-inlined-bytecode-size-cumulative=${INLINED}`] : [];
  // As -Xms of other machines.
  const flags = [`--initial-heap-size=${startHeapMb}`];
  // It costs a third of their time and never pays.
  if (eager) flags.push(`--interrupt-budget=${SHORT_TASKS}`);
  return flags;
}
