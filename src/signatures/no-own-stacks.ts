/** Why learning runs show nothing of the program: which of the ways to lose a stack it was, and the way on. Pure. */
import { PerfscopeError } from '../errors.js';
import { NO_STACK, type StackTable } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';
import { baseName } from './names.js';
import { plainPath } from './own-code.js';
import { isUnknown } from './own-tree.js';

/** Share of the recorded stacks that break off from which this is what is wrong with the recording. */
const MOST = 0.5;

/** Runtimes that make their code at run time, where no table helps an unwinder: by program, library and map. */
const RUNTIME =
  /\/(?:node|nodejs|java|python[\d.]*|ruby[\d.]*|php[\w.-]*|dotnet|perl)$|\/lib(?:jvm|python[\d.]*|ruby[\w.-]*|coreclr)\.so|\/perf-\d+\.map$/;

/**
 * How stacks are recorded of programs without frame pointers; the text of `perf script` needs all of these fields. A copy of a stack is 8 kB,
 * and perf's own buffer of half a megabyte loses calls, and the mappings that frames are named by, as soon as the machine is busy.
 */
export const PERF_WITH_STACKS =
  'perf record --call-graph dwarf -m 16M -k CLOCK_MONOTONIC -e raw_syscalls:sys_enter,raw_syscalls:sys_exit -p PID -o perf.data -- sleep 60, then ' +
  'perf script --ns -F comm,pid,tid,cpu,time,event,trace,ip,sym,symoff,dso -i perf.data > profile.perf.txt';
const STRACE_WITH_STACKS = 'strace -f -ttt -T -yy -k -s 0 -o profile.strace -p PID';

/** No trace has any stack. */
export function nothingRecorded(): PerfscopeError {
  return noStacks(
    'the learning traces hold no call stacks',
    `Record the learning runs with stacks: ${STRACE_WITH_STACKS}; or ${PERF_WITH_STACKS}.`,
  );
}

/** There are stacks, but none with a named function of the program (`program`: its path). */
export function nothingOwn(traces: readonly Trace[], program: string): PerfscopeError {
  const message = `no stack holds a named function of the program's own${program === '' ? '' : ` (${program})`}`;
  if (traces.some(({ stacks }) => stacks?.objects.some((object) => RUNTIME.test(object)) === true)) {
    return noStacks(
      message,
      'Runtimes name the functions that they compile or interpret only when told to: docs/languages.md has the way to record each.',
    );
  }
  const broken = brokenByPerf(traces);
  if (broken !== null && broken.share >= MOST) {
    const how = `${message}: ${Math.round(100 * broken.share)} % of perf's stacks break off before they reach it`;
    if (broken.unmapped) {
      return noStacks(
        `${how}, within files of which it does not know where they were mapped`,
        `perf lost those records: its buffer was too small for a busy machine. Give it more of it: ${PERF_WITH_STACKS}.`,
      );
    }
    return noStacks(
      how,
      'perf -g follows frame pointers, and what distributions ship is built without them. Have perf unwind by the tables that are in every ' +
        `program instead: ${PERF_WITH_STACKS}; or record with ${STRACE_WITH_STACKS}.`,
    );
  }
  if (hasNamelessFrames(traces, program)) {
    return noStacks(
      `${message}, but functions without names: it is stripped`,
      'Learn where the program is installed, or give its file with --binary FILE (its functions are then known by their addresses, and ' +
        'by their names where their symbols are: --debug-files DIR).',
    );
  }
  return noStacks(message, `Record the learning runs with stacks: ${STRACE_WITH_STACKS}; or ${PERF_WITH_STACKS}.`);
}

export interface BrokenStacks {
  /** Calls that perf recorded with a stack. */
  readonly calls: number;
  /** Share of them whose stack breaks off behind the library's wrapper. */
  readonly share: number;
  /** Of most of those not even the wrapper is known: nothing tells which file lay there. */
  readonly unmapped: boolean;
}

/** Stacks of perf that break off before they reach the program; null where perf recorded none. O(stacks + calls). */
export function brokenByPerf(traces: readonly Trace[]): BrokenStacks | null {
  let [calls, broken, unmapped] = [0, 0, 0];
  for (const { format, stacks, columns, length } of traces) {
    if (stacks === null || columns.stack === null || !format.startsWith('perf')) continue;
    if (stacks.objects.some((object) => RUNTIME.test(object))) continue;
    const known = knownFrames(stacks);
    for (let row = 0; row < length; row++) {
      const stack = columns.stack[row]!;
      if (stack === NO_STACK) continue;
      calls++;
      if (known[stack]! > 1) continue;
      broken++;
      if (known[stack] === 0) unmapped++;
    }
  }
  return calls === 0 ? null : { calls, share: broken / calls, unmapped: 2 * unmapped > broken };
}

/**
 * Which of the recordings, by number, have stacks of which none comes from the program: they are of something else, and teach nothing.
 *
 * @param program its base name
 */
export function ofOthers(traces: readonly Pick<Trace, 'stacks'>[], program: string): number[] {
  const holds = traces.map(({ stacks }) => {
    if (stacks === null || stacks.objects.length === 0) return null;
    // Of a runtime only the library may be on stacks.
    return stacks.objects.some((object) => RUNTIME.test(object) || baseName(plainPath(object)) === program);
  });
  return holds.includes(true) ? holds.flatMap((one, i) => (one === false ? [i] : [])) : [];
}

/** Per stack: how many of its frames lie in a known object. What a frame pointer that is none leads to has neither name nor object. */
function knownFrames(table: StackTable): Uint32Array {
  const { prefix, frame, frameFunction, frameObject, functions, objects } = table;
  const known = Array.from(frameFunction, (f, i) => !isUnknown(functions[f]!, objects[frameObject[i]!]!));
  const frames = new Uint32Array(prefix.length);
  for (let s = 0; s < frames.length; s++) {
    frames[s] = (prefix[s] === NO_STACK ? 0 : frames[prefix[s]!]!) + Number(known[frame[s]!]!);
  }
  return frames;
}

function hasNamelessFrames(traces: readonly Trace[], program: string): boolean {
  return traces.some(({ stacks }) => {
    if (stacks === null) return false;
    const own = stacks.objects.indexOf(program);
    return (
      own >= 0 && stacks.frameObject.some((o, i) => o === own && stacks.functions[stacks.frameFunction[i]!] === '')
    );
  });
}

function noStacks(message: string, advice: string): PerfscopeError {
  return new PerfscopeError('no-stacks', message, {}, advice);
}
