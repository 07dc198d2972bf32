// Throughput of `batch` against its incidents run one by one, its memory, and what became of the damaged ones.
//
//     node scripts/bench/archive.js [FOLDER] [--count 1000] [--sample 100] [--jobs 2] [--max-memory 1G] [--largest 0.3]
//
// One by one: analyzeIncident in one process, an incident after the other, with a pool of that many threads that stays
// warm; and as commands, which is what a shell loop would do.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeArchive } from './make-archive.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PERFSCOPE = path.join(ROOT, 'dist', 'src', 'cli', 'index.js');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000' },
    sample: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    'only-all': { type: 'boolean', default: false },
    'only-sample': { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    'max-memory': { type: 'string', default: '1G' },
    largest: { type: 'string', default: '0.3' },
  },
});
const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-bench-'));
const folder = positionals[0] ?? path.join(scratch, 'archive');

const made = makeArchive(folder, { count: Number(values.count), largest: Number(values.largest) });
const good = made.filter((m) => m.damage === null);
const sample = good.filter((_, i) => i % Math.max(1, Math.floor(good.length / Number(values.sample))) === 0);
const mb = (list) => Math.round(list.reduce((sum, m) => sum + m.bytes, 0) / 2 ** 20);
console.log(
  `${made.length} incidents, ${mb(made)} MB of text, ${made.length - good.length} damaged; sample: ${sample.length}, ${mb(sample)} MB`,
);

/** Runs the program; gives seconds, exit code and peak resident memory (proc_pid_status(5), VmHWM). */
function run(args) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const child = spawn(process.execPath, [PERFSCOPE, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    let peak = 0;
    let cpu = 0;
    const look = setInterval(() => {
      try {
        peak = Math.max(
          peak,
          Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
        );
        // Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms.
        const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        cpu = (Number(fields[11]) + Number(fields[12])) / 100;
      } catch {
        // It has ended.
      }
    }, 50);
    child.on('close', (code) => {
      clearInterval(look);
      resolve({ seconds: (performance.now() - begun) / 1000, cpu, code, peakMb: Math.round(peak / 1024) });
    });
  });
}

const limits = ['--jobs', values.jobs, '--max-memory', values['max-memory'], '-q', '--no-cache'];
const signaturesOf = (m) => path.join(folder, `app=${m.case}`, `${m.case}.signatures.json`);

async function oneByOne() {
  const { analyzeIncident } = await import(path.join(ROOT, 'dist', 'src', 'index.js'));
  const { createPool } = await import(path.join(ROOT, 'dist', 'src', 'pool', 'pool.js'));
  const pool = createPool({ jobs: Number(values.jobs) });
  const begun = performance.now();
  for (const m of sample) await analyzeIncident(tracesOf(m), { signatures: signaturesOf(m), pool });
  const seconds = (performance.now() - begun) / 1000;
  await pool.close();
  return seconds;
}

function tracesOf(m) {
  return readdirSync(m.folder)
    .filter((f) => f.startsWith('incident.'))
    .map((f) => path.join(m.folder, f));
}

async function asCommands(list) {
  const begun = performance.now();
  for (const m of list)
    await run(['analyze', ...tracesOf(m), '-s', signaturesOf(m), '--jobs', values.jobs, '-q', '-f', 'json']);
  return (performance.now() - begun) / 1000;
}

const few = sample.slice(0, 20);
const manifest = path.join(scratch, 'sample.csv');
writeFileSync(
  manifest,
  ['trace,signatures', ...sample.map((m) => `${tracesOf(m)[0]},${signaturesOf(m)}`), ''].join('\n'),
);
const rate = (n, seconds) => `${(n / seconds).toFixed(2)} incidents/s`;
const alternately = { one: [], batch: [] };
// Seconds of processor time: what else the machine does matters less for them.
const cpuOf = { one: [], batch: [] };
// Alternately: whatever else the machine does slows both.
for (let round = 0; round < (values['only-all'] ? 0 : Number(values.rounds)); round++) {
  const before = process.cpuUsage();
  alternately.one.push(await oneByOne());
  const { user, system } = process.cpuUsage(before);
  cpuOf.one.push((user + system) / 1e6);
  const out = path.join(scratch, `sample-${round}`);
  const { seconds, cpu, code } = await run(['batch', '--manifest', manifest, '-o', out, ...limits]);
  if (code !== 0) throw new Error(`the sample failed with exit code ${code}`);
  alternately.batch.push(seconds);
  cpuOf.batch.push(cpu);
}
if (!values['only-all']) {
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  const one = median(alternately.one);
  const batch = median(alternately.batch);
  console.log(
    `one by one, warm, --jobs ${values.jobs}: ${rate(sample.length, one)} (${alternately.one.map((s) => s.toFixed(1)).join(', ')} s)`,
  );
  console.log(
    `batch, from its start:     ${rate(sample.length, batch)} (${alternately.batch.map((s) => s.toFixed(1)).join(', ')} s)`,
  );
  const cpus = (list) => `${median(list).toFixed(1)} s (${list.map((x) => x.toFixed(1)).join(', ')})`;
  console.log(`processor time: one by one ${cpus(cpuOf.one)}, batch ${cpus(cpuOf.batch)}`);
  console.log(`batch / one by one: ${((100 * one) / batch).toFixed(0)} %`);
  console.log(`one by one as commands: ${rate(few.length, await asCommands(few))}`);
}
if (values['only-sample']) {
  rmSync(scratch, { recursive: true });
  process.exit(0);
}

const out = path.join(scratch, 'all');
const all = await run(['batch', folder, '-o', out, ...limits]);
console.log(
  `all: ${rate(made.length, all.seconds)}, ${all.seconds.toFixed(0)} s, exit code ${all.code}, peak ${all.peakMb} MB of ${values['max-memory']}`,
);
const again = await run(['batch', folder, '-o', out, ...limits]);
console.log(`again, nothing to do: ${again.seconds.toFixed(1)} s`);

const summary = JSON.parse(readFileSync(path.join(out, 'summary.json'), 'utf8'));
const rows = new Map(summary.incidents.map((r) => [r.name.slice(r.name.lastIndexOf('/') + 1), r]));
const rowOf = (m) => rows.get(path.basename(m.folder));
const causes = new Map();
for (const m of made.filter((x) => x.damage !== null)) {
  const row = rowOf(m);
  const cause =
    row.error === null
      ? row.warnings.join('+') || 'NOT NOTICED'
      : `${row.error.code}: ${row.error.message.replaceAll(row.name, '...')}`;
  causes.set(`${m.damage} -> ${cause}`, (causes.get(`${m.damage} -> ${cause}`) ?? 0) + 1);
}
for (const [text, n] of [...causes].sort()) console.log(`  ${n} x ${text}`);
const failed = good.filter((m) => rowOf(m).status !== 'ok');
console.log(`others that failed: ${failed.length}`);
for (const m of failed.slice(0, 5)) console.log(`  ${m.folder}: ${rowOf(m).error.message}`);
const caseOf = new Map(made.map((m) => [path.basename(m.folder), m.case]));
const idCase = new Map(summary.incidents.map((r) => [r.id, caseOf.get(r.name.slice(r.name.lastIndexOf('/') + 1))]));
let inPure = 0;
let clustered = 0;
for (const { incidents } of summary.alike) {
  const counts = new Map();
  for (const id of incidents) counts.set(idCase.get(id), (counts.get(idCase.get(id)) ?? 0) + 1);
  clustered += incidents.length;
  inPure += Math.max(...counts.values());
}
console.log(
  `alike: ${summary.alike.length} clusters of ${clustered} incidents, ${((100 * inPure) / clustered).toFixed(1)} % of them with their own case's; verdicts ${JSON.stringify(summary.total.verdicts)}`,
);
rmSync(scratch, { recursive: true });
