// Throughput of `batch --queue` with 1, 2 and 4 worker processes of one thread each, against the pool of one process.
//
//     node scripts/bench/workers.js [FOLDER] [--count 120] [--largest 0.3] [--workers 1,2,4] [--rounds 3]
//
// Starts a redis-server of its own (loopback, AOF on). The kinds take turns, so that whatever else the machine does slows
// all of them; processor time is of all processes of a run (proc_pid_stat(5)), workers from when they were ready.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeArchive } from './make-archive.js';
import { OwnRedis } from './redis.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PERFSCOPE = path.join(ROOT, 'dist', 'src', 'cli', 'index.js');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '120' },
    largest: { type: 'string', default: '0.3' },
    workers: { type: 'string', default: '1,2,4' },
    rounds: { type: 'string', default: '3' },
  },
});
const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-bench-'));
const folder = positionals[0] ?? path.join(scratch, 'archive');
const made = makeArchive(folder, { count: Number(values.count), damaged: 0, largest: Number(values.largest) });
const megabytes = made.reduce((sum, m) => sum + m.bytes, 0) / 2 ** 20;
const cpu = os.cpus();
console.log(
  `${cpu.length} processors (${cpu[0].model}), ${Math.round(os.totalmem() / 2 ** 30)} GB, Node ${process.version}`,
);
console.log(`${made.length} incidents, ${megabytes.toFixed(0)} MB of text`);

/** Seconds of processor time of a process so far. */
function cpuOf(child) {
  try {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function start(...args) {
  const child = spawn(process.execPath, [PERFSCOPE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  let last = 0;
  const ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, said, cpu: last })));
  const look = setInterval(() => (last = Math.max(last, cpuOf(child))), 50);
  void ended.then(() => clearInterval(look));
  return { child, ended, said: () => said };
}

const redis = await OwnRedis.start(path.join(scratch, 'redis'));
const queue = ['--queue', redis.url];
// The archive and what is read beside it, and where results go.
const roots = ['--read-root', folder, '--results-root', scratch];
const common = ['-q', '--no-cache'];
let runs = 0;

async function queued(count) {
  const workers = Array.from({ length: count }, () =>
    start('worker', ...queue, ...roots, '--jobs', '1', '-v', '--no-cache'),
  );
  while (!workers.every((w) => w.said().includes('waiting for incidents'))) await sleep(50);
  const before = [...workers.map((w) => w.child), redis.child].map(cpuOf);
  const begun = performance.now();
  const submitter = start('batch', folder, '-o', path.join(scratch, `out-${runs++}`), ...queue, ...common);
  const { code, said, cpu: submitting } = await submitter.ended;
  const seconds = (performance.now() - begun) / 1000;
  if (code !== 0) throw new Error(`exit code ${code}: ${said}`);
  const spent = [...workers.map((w) => w.child), redis.child].map((p, i) => cpuOf(p) - before[i]);
  const ofRedis = spent.pop();
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map((w) => w.ended));
  return { seconds, working: spent.reduce((a, b) => a + b, 0), submitting, ofRedis };
}

async function local(jobs) {
  const begun = performance.now();
  const { code, cpu: working } = await start(
    ...['batch', folder, '-o', path.join(scratch, `out-${runs++}`), '--jobs', String(jobs), ...common],
  ).ended;
  if (code !== 0) throw new Error(`exit code ${code}`);
  return { seconds: (performance.now() - begun) / 1000, working, submitting: 0, ofRedis: 0 };
}

/** Bytes in Redis for each incident that waits. */
async function bytesWaiting() {
  const info = async () => Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))[1]);
  const before = await info();
  const name = ['--queue-name', 'waiting'];
  const submitter = start('batch', folder, '-o', path.join(scratch, `out-${runs++}`), ...queue, ...name, ...common);
  for (let waiting = 0; waiting < made.length; await sleep(50)) {
    const [key] = await redis.client.keys('perfscope:waiting@*:wait');
    waiting = key === undefined ? 0 : await redis.client.llen(key);
  }
  const after = await info();
  submitter.child.kill('SIGTERM');
  await submitter.ended;
  return (after - before) / made.length;
}

const kinds = [
  ...[1, 2].map((jobs) => ({ name: `no queue, --jobs ${jobs}`, run: () => local(jobs), all: [] })),
  ...values.workers
    .split(',')
    .map((n) => ({ name: `${n} worker${n === '1' ? '' : 's'}`, run: () => queued(Number(n)), all: [] })),
];
for (let round = 0; round < Number(values.rounds); round++)
  for (const kind of kinds) {
    kind.all.push({ ...(await kind.run()), load: os.loadavg()[0] });
    const { seconds, working, load } = kind.all.at(-1);
    console.error(
      `round ${round + 1}, ${kind.name}: ${seconds.toFixed(1)} s, ${working.toFixed(1)} s of processor, load ${load.toFixed(1)}`,
    );
  }
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
console.log('| | incidents/s | MB of text/s | processor s an incident | submitter, ms | Redis, ms |');
console.log('|---|---:|---:|---:|---:|---:|');
for (const { name, all } of kinds) {
  const of = (field) => median(all.map((r) => r[field]));
  const each = (field) => ((1000 * of(field)) / made.length).toFixed(1);
  const cells = [
    name,
    (made.length / of('seconds')).toFixed(2),
    (megabytes / of('seconds')).toFixed(2),
    (of('working') / made.length).toFixed(3),
    ...(of('submitting') > 0 ? [each('submitting'), each('ofRedis')] : ['', '']),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
console.log(`${(await bytesWaiting()).toFixed(0)} bytes in Redis for an incident that waits`);
await redis.end();
rmSync(scratch, { recursive: true });
