/**
 * Programs under the name they were started by. Tracers name the file that a program was mapped from, which for a link (alternatives(8),
 * one file for several programs) is another name: /usr/bin/redis-server is redis-check-rdb to them. An incident's trace has the name it
 * was started by in its execve and in the name of its thread; so that is the program's. Pure.
 */
import { NO_STACK, type StackTable, isObjectFile } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';
import { baseName } from './names.js';

const LIBRARY = /\.so(?:\.[\d.]+)?$|^ld-[\w.-]+$|\.(?:node|ko)$/;
/** A name that a thread may have by its program, not one that the program gave it ("nginx: worker", "MainThread"). */
const PLAIN_COMM = /^[a-z][\w.+-]{0,14}$/;

export interface Started {
  readonly traces: readonly Trace[];
  /** Paths as the tracer printed them, by those that are now in the tables; only where they differ. */
  readonly printed: ReadonlyMap<string, string>;
}

export function underStartedNames(traces: readonly Trace[]): Started {
  const printed = new Map<string, string>();
  const renamed = traces.map((trace): Trace => {
    const { stacks } = trace;
    const names = stacks === null ? new Map<number, string>() : startedNames(trace, stacks);
    if (stacks === null || names.size === 0) return trace;
    const objects = stacks.objects.map((object, o) => {
      const started = names.get(o);
      if (started === undefined) return object;
      const path = object.slice(0, object.lastIndexOf('/') + 1) + started;
      printed.set(path, object);
      return path;
    });
    return { ...trace, stacks: { ...stacks, objects } };
  });
  return { traces: renamed, printed };
}

/** By number of the executable: the name it was started by, where that is another. */
function startedNames(trace: Trace, stacks: StackTable): Map<number, string> {
  const executable = executables(stacks);
  const calls = new Map<string, Map<number, number>>();
  const { stack, thread } = trace.columns;
  for (let row = 0; row < trace.length; row++) {
    const s = stack![row]!;
    const object = s === NO_STACK ? -1 : executable[s]!;
    if (object < 0) continue;
    const { program, name, pid, tid } = trace.threads[thread[row]!]!;
    const told = program !== '' ? baseName(program) : pid === tid ? name : '';
    if (told === '' || (program === '' && !mayBe(told, baseName(stacks.objects[object]!)))) continue;
    const of = calls.get(told) ?? new Map<number, number>();
    of.set(object, (of.get(object) ?? 0) + 1);
    calls.set(told, of);
  }
  const names = new Map<number, string>();
  const taken = new Set(stacks.objects.map(baseName));
  for (const [told, of] of [...calls].sort((a, b) => sum(b[1]) - sum(a[1]))) {
    // Before it executed the program a thread ran another one: a shell.
    const object = [...of].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0];
    if (taken.has(told) || names.has(object) || LIBRARY.test(told)) continue;
    names.set(object, told);
    taken.add(told);
  }
  return names;
}

/** Per stack the outermost object that is a program, -1 for none. */
export function executables({ prefix, frame, frameObject, objects }: StackTable): Int32Array {
  const isProgram = objects.map(
    (object) => isObjectFile(object) && !LIBRARY.test(baseName(object.replace(/ \(deleted\)$/, ''))),
  );
  const found = new Int32Array(prefix.length);
  for (let s = 0; s < found.length; s++) {
    const outer = prefix[s] === NO_STACK ? -1 : found[prefix[s]!]!;
    const object = frameObject[frame[s]!]!;
    found[s] = outer >= 0 ? outer : isProgram[object]! ? object : -1;
  }
  return found;
}

/** Whether a thread's name can be that of a file under another name: threads may rename themselves. The kernel cuts it to 15 bytes. */
function mayBe(comm: string, file: string): boolean {
  const stem = (name: string) => /^[a-z]*/.exec(name)![0];
  return PLAIN_COMM.test(comm) && !file.startsWith(comm) && stem(comm).length >= 3 && stem(comm) === stem(file);
}

function sum(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}
