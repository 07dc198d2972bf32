/** What the lab makes of perf script texts with stacks that it recorded of Java servers: their own methods under each call (see stacks.ts). */
import { gunzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { X86_64_CALLS } from '../../src/formats/syscalls/index.js';
import { normaliseName } from '../../src/signatures/names.js';
import type { StackedCall } from './stacks.js';

const CALL = / (\d+\.\d{9}): +raw_syscalls:sys_(?:enter: NR (\d+)|exit)/;
const FRAME = /^\s+[0-9a-f]+ (.+)\+0x[0-9a-f]+ \((.*)\)$/;

export async function readPerfStacks(file: string, packages: readonly string[]): Promise<StackedCall[]> {
  return perfStacks(gunzipSync(await readFile(file)).toString('latin1'), packages);
}

/** Calls with stacks: methods of classes of those packages. */
export function perfStacks(text: string, packages: readonly string[]): StackedCall[] {
  const calls: { time: number; call: string; functions: string[] }[] = [];
  /** By symbol: its name, when it is the server's own. */
  const names = new Map<string, string | null>();
  const nameOf = (symbol: string) => {
    let name = names.get(symbol);
    if (name === undefined) {
      const compared = normaliseName(symbol);
      names.set(symbol, (name = packages.some((p) => compared.startsWith(`${p}.`)) ? compared : null));
    }
    return name;
  };
  // Entries alone have stacks that count; that of an exit is the same once more.
  let open: string[] | null = null;
  for (const line of text.split('\n')) {
    const frame = FRAME.exec(line);
    if (frame !== null) {
      const name = nameOf(frame[1]!);
      // A hook runs the body by a call of the method itself: one method, not two.
      if (name !== null && open?.at(-1) !== name) open?.push(name);
      continue;
    }
    const call = CALL.exec(line);
    if (call === null) continue;
    open = null;
    if (call[2] === undefined) continue;
    open = [];
    calls.push({ time: Number(call[1]), call: X86_64_CALLS[Number(call[2])] ?? `syscall_${call[2]}`, functions: open });
  }
  return calls;
}
