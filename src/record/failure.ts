/** What a tracer that failed means for the user. */
import { PerfscopeError } from '../errors.js';
import type { Backend } from './backends.js';
import type { Facts } from './facts.js';
import type { Tracer } from './tracer.js';
import { ftraceTrouble, perfTrouble, straceTrouble } from './troubles.js';

const TROUBLES = { ftrace: ftraceTrouble, perf: perfTrouble, strace: straceTrouble };

const UNWRITABLE = /(?:failed to open|can't fopen|cannot open|failed to create).*|No space left on device/i;

export async function failure(backend: Backend, facts: Facts, tracer: Tracer): Promise<PerfscopeError> {
  const { error } = await tracer.stop();
  const said = error?.message ?? tracer.said();
  const unwritable = UNWRITABLE.exec(said)?.[0];
  if (unwritable !== undefined && !/tracing|trace event/.test(unwritable))
    return new PerfscopeError('output', `cannot write the recording: ${unwritable.trim()}`);
  const trouble = TROUBLES[backend](said, facts);
  return new PerfscopeError('record', trouble.what, {}, trouble.remedy);
}
