// What mining.js and spmf.js mine: the calls of the shipped cases, and a synthetic random walk.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUGS = path.join(ROOT, 'datasets', 'bugs');
const dist = (...parts) => import(path.join(ROOT, 'dist', 'src', ...parts));
const { readTrace } = await dist('coordinator', 'ingest.js');
const { inlinePool } = await dist('coordinator', 'inline-pool.js');
const { rowsByThread } = await dist('trace', 'table.js');

const CASES = readdirSync(BUGS, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? e.name : []));

/** The first `limit` calls of an incident, thread after thread, the busiest first. */
async function callsOf(id, limit) {
  const folder = path.join(BUGS, id);
  const file = readdirSync(folder).find((name) => name.startsWith('incident.'));
  const { trace } = await readTrace([path.join(folder, file)], { pool: inlinePool });
  const { order, offsets } = rowsByThread(trace);
  const threads = trace.threads
    .map((_, t) => order.subarray(offsets[t], offsets[t + 1]))
    .sort((a, b) => b.length - a.length);
  const calls = new Uint16Array(Math.min(limit, trace.length));
  let length = 0;
  for (const rows of threads) {
    for (let i = 0; i < rows.length && length < calls.length; i++) calls[length++] = trace.columns.call[rows[i]];
  }
  return calls;
}

/**
 * A server's loop as a random walk: from each of 40 calls three others may follow, with odds 6 : 3 : 1. The generator is
 * that of Park and Miller (CACM 31:10, 1988), so the walk is the same everywhere.
 */
function randomWalk(limit) {
  const SYMBOLS = 40;
  let state = 20_140_001;
  const random = (n) => (state = (state * 16_807) % 2_147_483_647) % n;
  const follow = Array.from({ length: SYMBOLS * 3 }, () => random(SYMBOLS));
  const calls = new Uint16Array(limit);
  for (let i = 1; i < limit; i++) {
    const odds = random(10);
    calls[i] = follow[calls[i - 1] * 3 + (odds < 6 ? 0 : odds < 9 ? 1 : 2)];
  }
  return calls;
}

/** The inputs: these cases, or all of them, and the walk; each of at most `limit` calls. */
export async function inputsOf(limit, cases = CASES) {
  const inputs = [];
  for (const id of cases) inputs.push({ name: id, real: true, calls: await callsOf(id, limit) });
  inputs.push({ name: 'random walk', real: false, calls: randomWalk(limit) });
  return inputs;
}

export const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
