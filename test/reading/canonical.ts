import type { Trace } from '../../src/trace/table.js';

/** A Trace as plain data, to compare two of them: arrays cut to their rows. */
export function canonical(trace: Trace): unknown {
  const { columns, switches, ...rest } = trace;
  const cut = (table: object, length: number) =>
    Object.fromEntries(
      Object.entries(table).map(([name, value]) => [
        name,
        ArrayBuffer.isView(value) ? Array.from((value as Float64Array).subarray(0, length)) : value,
      ]),
    );
  return {
    ...rest,
    stacks: trace.stacks && cut(trace.stacks, Infinity),
    columns: cut(columns, trace.length),
    switches: switches && cut(switches, switches.length),
  };
}
