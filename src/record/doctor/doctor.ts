/** What this machine allows, as a document. */
import { TOOL } from '../../version.js';
import type { SignatureDatabase } from '../../signatures/database.js';
import type { Backend } from '../backends.js';
import { gatherFacts } from '../facts.js';
import { type Check, machineChecks, recorderOf } from './checks.js';
import { processChecks } from './process-checks.js';

/** Version 1. */
export interface DoctorDocument {
  readonly schemaVersion: 1;
  readonly tool: typeof TOOL;
  readonly kernel: string;
  readonly arch: string;
  /** What `perfscope record` would use; null: nothing can record. */
  readonly recorder: Backend | null;
  readonly checks: readonly Check[];
}

export async function examine(pids: readonly number[], signatures: SignatureDatabase | null): Promise<DoctorDocument> {
  const facts = await gatherFacts();
  const checks = machineChecks(facts);
  for (const pid of pids) checks.push(...(await processChecks(pid, signatures)));
  const { kernel, arch } = facts;
  return { schemaVersion: 1, tool: TOOL, kernel, arch, recorder: recorderOf(facts), checks };
}
