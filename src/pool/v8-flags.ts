/** Bytes of bytecode that a function runs before V8 optimizes it: 16 times as many as V8 thinks. */
const BUDGET = 2 ** 20;

/**
 * Flags of V8 (`node --v8-options`) for threads that run one short task after the other; they hold for what starts from now on. None where
 * `startHeapMb` (PoolOptions) is not given: a long task pays for its own compilation.
 *
 * @param version of V8, as in process.versions
 */
export function v8Flags(startHeapMb: number | undefined, version: string): string[] {
  if (startHeapMb === undefined) return [];
  // As -Xms of other machines.
  const flags = [`--initial-heap-size=${startHeapMb}`];
  // That of Node 20 optimizes whatever has run for a millisecond in all tasks together, which costs a third of their time and never pays.
  // Later ones ask first how large a function is, and know no such flag.
  if (version.startsWith('11.')) flags.push(`--interrupt-budget=${BUDGET}`);
  return flags;
}
