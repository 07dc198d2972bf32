// Speed of episode mining: events per CPU-second on the calls of the shipped cases and on a synthetic random walk, in units
// of 200 calls pooled and in one unit of 100,000; contiguous, and with gaps.
//
//     node scripts/bench/mining.js [--json] [--rounds 5] [--calls 100000] [--case redis-849]...
//
// Last, one unit at support 1,000 in a process of its own, beside what SPMF's miners were published to take for as much.
//
// Everything is mined closed, with the full check of mineClosedEpisodes. A figure is the median of the rounds, after one
// that only warms up; CPU seconds are those of the process (getrusage(2)), so threads of the garbage collector count.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUGS = path.join(ROOT, 'datasets', 'bugs');
const dist = (...parts) => import(path.join(ROOT, 'dist', 'src', ...parts));
const { mineClosedEpisodes } = await dist('episodes', 'mine.js');
const { readTrace } = await dist('coordinator', 'ingest.js');
const { inlinePool } = await dist('coordinator', 'inline-pool.js');
const { rowsByThread } = await dist('trace', 'table.js');

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '100000' },
    case: { type: 'string', multiple: true },
  },
});
const LIMIT = Number(values.calls);
const UNIT = 200;
const SUPPORT = 100;
const MODES = [
  { name: 'contiguous', options: { minSupport: SUPPORT, maxLength: 8, maxGap: 0 }, wanted: 5 },
  { name: 'gapped', options: { minSupport: SUPPORT, maxLength: 8, maxGap: 2 }, wanted: 0.8 },
];

/**
 * SPMF's AFEM and EMMA on one unit of 100,000 events, CPU seconds with the start of the JVM: measured elsewhere on a comparable
 * machine. They find frequent episodes by head frequency, not closed ones, within windows of 4 events; what lies in such a
 * window has at most 4 calls and at most 2 others between two of them, so the options here miss none of that and find more.
 */
const PUBLISHED = { AFEM: 0.28, EMMA: 0.4 };
const ALIKE = { minSupport: 1000, maxLength: 4, maxGap: 2 };

/** The calls of an incident, thread after thread, the busiest first. */
async function callsOf(id) {
  const folder = path.join(BUGS, id);
  const file = readdirSync(folder).find((name) => name.startsWith('incident.'));
  const { trace } = await readTrace([path.join(folder, file)], { pool: inlinePool });
  const { order, offsets } = rowsByThread(trace);
  const threads = trace.threads
    .map((_, t) => order.subarray(offsets[t], offsets[t + 1]))
    .sort((a, b) => b.length - a.length);
  const calls = new Uint16Array(Math.min(LIMIT, trace.length));
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
function randomWalk() {
  const SYMBOLS = 40;
  let state = 20_140_001;
  const random = (n) => (state = (state * 16_807) % 2_147_483_647) % n;
  const follow = Array.from({ length: SYMBOLS * 3 }, () => random(SYMBOLS));
  const calls = new Uint16Array(LIMIT);
  for (let i = 1; i < LIMIT; i++) {
    const odds = random(10);
    calls[i] = follow[calls[i - 1] * 3 + (odds < 6 ? 0 : odds < 9 ? 1 : 2)];
  }
  return calls;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

function measure(calls, unit, options) {
  const offsets = Uint32Array.from({ length: Math.ceil(calls.length / unit) + 1 }, (_, i) =>
    Math.min(i * unit, calls.length),
  );
  // Short ones are repeated, so that a round is longer than the clock's grain.
  const times = Math.max(1, Math.ceil((options.maxGap === 0 ? 5e5 : 1e5) / calls.length));
  let mined = mineClosedEpisodes(calls, offsets, options);
  const seconds = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) mined = mineClosedEpisodes(calls, offsets, options);
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6 / times);
  }
  return { episodes: mined.length, support: mined.minSupport, cpuSeconds: median(seconds) };
}

/** Mines one unit in a process of its own: the median run. */
function mineOnce(calls) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mining-'));
  const file = path.join(folder, 'calls.bin');
  writeFileSync(file, calls);
  const script = path.join(ROOT, 'scripts', 'bench', 'mine-once.js');
  const runs = Array.from({ length: Number(values.rounds) }, () =>
    JSON.parse(execFileSync(process.execPath, [script, file, JSON.stringify(ALIKE)], { encoding: 'utf8' })),
  );
  rmSync(folder, { recursive: true });
  return { ...runs[0], cpuSeconds: median(runs.map((run) => run.cpuSeconds)) };
}

const inputs = [];
for (const id of values.case ??
  readdirSync(BUGS, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? e.name : [])))
  inputs.push({ name: id, real: true, calls: await callsOf(id) });
inputs.push({ name: 'random walk', real: false, calls: randomWalk() });

const rows = [];
for (const { name: mode, options } of MODES) {
  for (const unit of [UNIT, LIMIT]) {
    for (const { name, real, calls } of inputs) {
      const { episodes, support, cpuSeconds } = measure(calls, unit, options);
      rows.push({ mode, unit, input: name, real, events: calls.length, episodes, support, cpuSeconds });
      const figure = (calls.length / cpuSeconds / 1e6).toFixed(2).padStart(7);
      if (!values.json)
        console.log(
          `${mode} unit ${unit} ${name.padEnd(24)} ${figure} M events/CPU-s, ${episodes} episodes at ${support}`,
        );
    }
  }
}
const totals = MODES.flatMap(({ name: mode, wanted }) =>
  [UNIT, LIMIT].map((unit) => {
    const own = rows.filter((row) => row.mode === mode && row.unit === unit && row.real);
    const rates = own.map((row) => row.events / row.cpuSeconds);
    const sum = (key) => own.reduce((all, row) => all + row[key], 0);
    return {
      ...{ mode, unit, wanted: wanted * 1e6, cases: own.length, eventsPerCpuSecond: sum('events') / sum('cpuSeconds') },
      ...{ median: median(rates), least: Math.min(...rates), reached: rates.filter((r) => r >= wanted * 1e6).length },
    };
  }),
);
// Only where there are as many events as in what was published.
const alone = inputs
  .filter(({ calls }) => calls.length === 100_000)
  .map(({ name, calls }) => ({ input: name, ...mineOnce(calls) }));
if (values.json)
  console.log(
    JSON.stringify(
      { rounds: Number(values.rounds), supportOf: SUPPORT, totals, rows, published: PUBLISHED, alone },
      null,
      1,
    ),
  );
else {
  for (const t of totals) {
    const [all, mid, least] = [t.eventsPerCpuSecond, t.median, t.least].map((x) => (x / 1e6).toFixed(2));
    console.log(
      `${t.mode}, units of ${t.unit}: ${all} M events/CPU-s over all cases, median ${mid}, least ${least}; ` +
        `${t.reached} of ${t.cases} reach ${t.wanted / 1e6} M`,
    );
  }
  const published = Object.entries(PUBLISHED).map(([name, seconds]) => `${name} ${seconds}`);
  for (const { input, episodes, support, cpuSeconds } of alone) {
    console.log(
      `gapped, one unit of 100000 alone ${input.padEnd(24)} ${cpuSeconds.toFixed(3)} CPU-s with the start of the process, ` +
        `${episodes} episodes at ${support} (published: ${published.join(', ')})`,
    );
  }
}
