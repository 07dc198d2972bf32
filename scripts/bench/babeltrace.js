// babeltrace2 and perfscope on the same events: as a CTF trace and as strace text.
import { execSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { writeCtf } from './ctf.js';
import { multiply } from './multiply.js';
import { installed, stage, timed } from './tools.js';

/** Calls to compare on. */
const CALLS = 1e6;

/**
 * Entries for `measure` of stages.js; null where babeltrace2 is not installed. Throws when it does not print every event:
 * it passes over what it takes for a copy.
 * @returns {Promise<{ calls: number, entries: { name: string, bytes: number, run: () => object }[], remove: () => void } | null>}
 */
export async function babeltraceTools(folder, id) {
  if (!installed('babeltrace2')) return null;
  const ctf = path.join(folder, 'ctf');
  const text = path.join(folder, 'ctf.strace.txt');
  const { calls, events, copies, bytes } = await writeCtf(ctf, { id, calls: CALLS });
  const written = await multiply(text, { kind: 'strace', id, copies });
  const printed = Number(execSync(`babeltrace2 '${ctf}' | wc -l`, { encoding: 'utf8' }));
  if (printed !== events) throw new Error(`babeltrace2 prints ${printed} of ${events} events`);
  return {
    calls,
    events,
    entries: [
      { name: 'babeltrace2, to text', bytes, run: () => timed(`babeltrace2 '${ctf}'`) },
      { name: 'babeltrace2, read only', bytes, run: () => timed(`babeltrace2 --output-format=dummy '${ctf}'`) },
      { name: 'perfscope: parse of strace text', bytes: written.bytes, run: () => stage('parse', text) },
      { name: 'perfscope: parse + build', bytes: written.bytes, run: () => stage('read', text, 1) },
    ],
    remove: () => [ctf, text].forEach((f) => rmSync(f, { recursive: true })),
  };
}
