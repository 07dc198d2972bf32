/** What a tracer that failed means for the user. */
import { readFile } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import type { Backend } from './backends.js';
import type { Facts } from './facts.js';
import type { Tracer } from './tracer.js';
import { type Trouble, ftraceTrouble, perfTrouble, straceTrouble } from './troubles.js';

const TROUBLES = { ftrace: ftraceTrouble, perf: perfTrouble, strace: straceTrouble };

const UNWRITABLE = /(?:failed to open|can't fopen|cannot open|failed to create).*|No space left on device/i;

/** Lines in which a tracer, not the program that it started, says that what it writes has no room. */
const BROKE_OFF =
  /^(?:strace|ftrace|failed to write perf data)\b.*(?:No space left on device|Disk quota exceeded|File too large)/im;

/** Why a recording ends before its time, null where it is whole. What there is of it can be analysed. */
export function brokeOff(said: string, path: string): PerfscopeError | null {
  if (!BROKE_OFF.test(said)) return null;
  const advice = `What was recorded until then can be analysed: perfscope analyze ${path}. Make room before the next recording.`;
  return new PerfscopeError('output', 'the recording broke off, as there is no room for more', { path }, advice);
}

/** Two cannot ptrace the same process, and the kernel says no more than that it is not permitted. */
async function otherTracer(said: string): Promise<Trouble | null> {
  const pid = /attach: ptrace\(\w+, (?:0x\w+ \/\* )?(\d+)/.exec(said)?.[1];
  if (pid === undefined) return null;
  const read = (of: string, file: string) => readFile(`/proc/${of}/${file}`, 'utf8').catch(() => '');
  const tracer = /^TracerPid:\s*([1-9]\d*)/m.exec(await read(pid, 'status'))?.[1];
  if (tracer === undefined) return null;
  const name = (await read(tracer, 'comm')).trim();
  const what = `process ${pid} is traced by process ${tracer}${name === '' ? '' : ` (${name})`} already`;
  return { what, remedy: 'A process has one such tracer at a time: end that one, or use --backend ftrace or perf.' };
}

export async function failure(backend: Backend, facts: Facts, tracer: Tracer): Promise<PerfscopeError> {
  const { error } = await tracer.stop();
  const said = error?.message ?? tracer.said();
  const unwritable = UNWRITABLE.exec(said)?.[0];
  if (unwritable !== undefined && !/tracing|trace event/.test(unwritable))
    return new PerfscopeError('output', `cannot write the recording: ${unwritable.trim()}`);
  const trouble = (await otherTracer(said)) ?? TROUBLES[backend](said, facts);
  return new PerfscopeError('record', trouble.what, {}, trouble.remedy);
}
