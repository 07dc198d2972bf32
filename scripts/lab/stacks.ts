/**
 * What the lab makes of strace -k texts that it recorded: the program's own functions under each call. Read here, and not by
 * perfscope's readers, so that the truth does not rest on what it is to judge; names alone are made comparable the same way.
 */
import { gunzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { normaliseName } from '../../src/signatures/names.js';

export interface StackedCall {
  readonly time: number;
  readonly call: string;
  /** Functions of the program, innermost first. */
  readonly functions: readonly string[];
}

const CALL = /^\d+ +(\d+\.\d+) (?:<\.\.\. )?(\w+)/;
const FRAME = /^ > (.+?)\((.*)\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]$/;

/** Calls with stacks of a compressed strace -k text: of the program, or of some packages of it, where its runtime and libraries are in it. */
export async function readStacks(file: string, program: string, packages?: readonly string[]): Promise<StackedCall[]> {
  const own = path.basename(program);
  const calls: { time: number; call: string; functions: string[] }[] = [];
  const isOwn = (symbol: string) => packages === undefined || packages.some((p) => symbol.startsWith(`${p}.`));
  const known = new Map<string, string>();
  for (const line of gunzipSync(await readFile(file))
    .toString('latin1')
    .split('\n')) {
    if (line.startsWith(' > ')) {
      const frame = FRAME.exec(line);
      if (frame === null || path.basename(frame[1]!) !== own || !isOwn(frame[2]!)) continue;
      let name = known.get(frame[2]!);
      if (name === undefined) known.set(frame[2]!, (name = normaliseName(frame[2]!)));
      // Of a Go package: a closure under its function, the call with which a hook runs the body. One function, not two.
      const functions = calls.at(-1)?.functions;
      if (packages === undefined || functions?.at(-1) !== name) functions?.push(name);
    } else {
      const call = CALL.exec(line);
      if (call !== null) calls.push({ time: Number(call[1]), call: call[2]!, functions: [] });
    }
  }
  return calls;
}

/** How often a function was on stacks. */
export interface Presence {
  /** Calls on whose stack it was. */
  calls: number;
  /** Of these, those that it issued itself. */
  innermost: number;
  /** Its callers in the most frequent stack, innermost first. */
  path: readonly string[];
}

export interface StackSurvey {
  /** All calls. */
  readonly calls: number;
  readonly seconds: number;
  readonly functions: Readonly<Record<string, Presence>>;
}

export function surveyStacks(runs: readonly (readonly StackedCall[])[]): StackSurvey {
  const functions = new Map<string, Presence>();
  const paths = new Map<string, Map<string, number>>();
  let calls = 0;
  let seconds = 0;
  for (const run of runs) {
    if (run.length > 0) seconds += run.at(-1)!.time - run[0]!.time;
    calls += run.length;
    for (const { functions: stack } of run) {
      new Set(stack).forEach((name) => {
        const presence = functions.get(name) ?? { calls: 0, innermost: 0, path: [] };
        functions.set(name, presence);
        presence.calls++;
        if (stack[0] === name) presence.innermost++;
        const callers = stack.slice(stack.indexOf(name) + 1).join('\0');
        const counts = paths.get(name) ?? new Map<string, number>();
        paths.set(name, counts.set(callers, (counts.get(callers) ?? 0) + 1));
      });
    }
  }
  for (const [name, presence] of functions) {
    const [most] = [...paths.get(name)!].sort((a, b) => b[1] - a[1])[0]!;
    presence.path = most === '' ? [] : most.split('\0');
  }
  return { calls, seconds, functions: Object.fromEntries(functions) };
}
