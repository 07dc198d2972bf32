/**
 * Programs that live on while others come and go. A server may run other programs (a gateway's scripts, a shell, ls), each for a moment and all
 * together with more calls than its own; it is the one whose processes last. Pure; O(rows).
 */
import { NO_STACK } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';
import { executables } from './started-as.js';

/** Of the longest life that a process of any program has. */
const LASTING = 0.5;

/** Object files of the programs of which some process lasts, from its first call with a stack to its last one. */
export function lastingPrograms({ stacks, columns, threads, length }: Trace): ReadonlySet<string> {
  if (stacks === null || columns.stack === null) return new Set();
  const program = executables(stacks);
  const { stack, thread, start } = columns;
  /** By process: of each program, when it was first and last seen, ns. */
  const lives = new Map<number, Map<number, [from: number, to: number]>>();
  for (let row = 0; row < length; row++) {
    const s = stack[row]!;
    const object = s === NO_STACK ? -1 : program[s]!;
    if (object < 0) continue;
    const { pid } = threads[thread[row]!]!;
    let ofProcess = lives.get(pid);
    if (ofProcess === undefined) lives.set(pid, (ofProcess = new Map()));
    const life = ofProcess.get(object);
    if (life === undefined) ofProcess.set(object, [start[row]!, start[row]!]);
    else life[1] = start[row]!;
  }
  const longest = new Map<number, number>();
  for (const ofProcess of lives.values())
    for (const [object, [from, to]] of ofProcess) longest.set(object, Math.max(longest.get(object) ?? 0, to - from));
  const most = [...longest.values()].reduce((a, b) => Math.max(a, b), 0);
  return new Set([...longest].filter(([, ns]) => ns >= LASTING * most).map(([object]) => stacks.objects[object]!));
}
