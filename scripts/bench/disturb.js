// A batch through a queue with three workers, while everything that can go wrong does, in an order that a seed decides: Redis is killed,
// restarted, stopped, full, read-only and without what it knew; workers are stopped, killed and ended; and so is whoever asked.
// The results folder must be that of a run without a queue.
//
//     node scripts/bench/disturb.js [--count 1000] [--largest 0.05] [--workers 3] [--seed 1] [--minutes 30] [--every 1.5]
//
// Starts a redis-server of its own, on loopback. `--every`: seconds between two disturbances, on average. Those that a run has
// had when its last incident is done are told at the end. Exits with 1 when a file differs, or not all is done in time.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareFolders, recordsOf } from './folder-content.js';
import { makeArchive, randomFrom } from './make-archive.js';
import { OwnRedis } from './redis.js';

const PERFSCOPE = fileURLToPath(new URL('../../dist/src/cli/index.js', import.meta.url));
const BUGS = fileURLToPath(new URL('../../datasets/bugs', import.meta.url));
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    largest: { type: 'string', default: '0.05' },
    workers: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '30' },
    every: { type: 'string', default: '1.5' },
  },
});
/** Seconds: a worker that is stopped for longer counts as dead. */
const STALLED_AFTER = 3;
/** Whoever is asked to end and has not by then never will, ms. */
const END_MS = 30_000;
const random = randomFrom(Number(values.seed));
const seconds = (from, to) => sleep(1000 * (from + (to - from) * random()));
const pick = (list) => list[Math.floor(random() * list.length)];

const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-disturb-'));
// Some of the cases: to learn from all of them takes a minute.
const cases = readdirSync(BUGS)
  .filter((id) => existsSync(path.join(BUGS, id, 'case.json')))
  .filter((_, n) => n % 6 === 0);
const archive = path.join(scratch, 'archive');
const [local, output] = [path.join(scratch, 'local'), path.join(scratch, 'disturbed')];
makeArchive(archive, { cases, count: Number(values.count), damaged: 0.1, largest: Number(values.largest) });

function perfscope(...args) {
  const child = spawn(process.execPath, [PERFSCOPE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const started = { child, said: '', running: true };
  child.stderr.setEncoding('utf8').on('data', (text) => (started.said += text));
  started.ended = new Promise((resolve) => child.on('close', resolve)).then((code) => {
    started.running = false;
    return code;
  });
  return started;
}

const batch = (folder, ...more) => perfscope('batch', archive, '-o', folder, '--no-cache', ...more);
const expected = await batch(local, '-q', '--jobs', '2').ended;

const redis = await OwnRedis.start(path.join(scratch, 'redis'));
const queue = ['--queue', redis.url];
/** What ended by itself, though nobody had ended it. */
const gone = [];
const startWorker = () =>
  perfscope(
    ...['worker', ...queue, '--jobs', '1', '--stalled-after', `${STALLED_AFTER}s`, '--no-cache'],
    ...['--read-root', archive, '--results-root', scratch],
  );
let workers = Array.from({ length: Number(values.workers) }, startWorker);
let submitter = batch(output, ...queue);

/** Who comes while Redis is away is told so, and is started again, as a service manager does. */
const unreached = ({ said }) => said.includes('the queue cannot be reached');

/** `done`: exit code of one that was done before it heard of it. */
async function end(one, signal, done = 0) {
  one.child.kill(signal);
  const code = await Promise.race([one.ended, sleep(END_MS, 'never', { ref: false })]);
  if (code === 'never') {
    gone.push(`did not end: ${one.said}`);
    one.child.kill('SIGKILL');
    return;
  }
  // Null: before it had a say in it.
  if (![null, 0, 130, done].includes(code) && !unreached(one)) gone.push(`ended with ${code}: ${one.said}`);
}

async function replaceWorker(signal) {
  const at = Math.floor(random() * workers.length);
  await end(workers[at], signal);
  workers[at] = startWorker();
}

async function askAgain(signal) {
  if (!submitter.running) return;
  await end(submitter, signal, expected);
  if (submitter.child.exitCode !== expected) submitter = batch(output, ...queue);
}

async function pause({ child }, from, to) {
  child.kill('SIGSTOP');
  await seconds(from, to);
  child.kill('SIGCONT');
}

const DISTURBANCES = {
  'Redis killed': async () => {
    await redis.stop('SIGKILL');
    await seconds(0, 4);
    await redis.start();
  },
  'Redis restarted': async () => {
    await redis.stop();
    await redis.start();
  },
  'Redis lost all it knew': async () => {
    await redis.stop('SIGKILL');
    redis.forget();
    await redis.start();
  },
  'Redis stopped': () => pause(redis, 0.1, 2 * STALLED_AFTER),
  'Redis full': async () => {
    const { client } = redis;
    const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]);
    await client.config('SET', 'maxmemory', String(used + 2 ** 20));
    const fill = async () => {
      while (true) await client.append('filler', 'x'.repeat(2 ** 16));
    };
    await fill().catch(() => undefined);
    await seconds(0, 2 * STALLED_AFTER);
    await client.config('SET', 'maxmemory', '0');
    await client.del('filler');
  },
  'Redis read-only': async () => {
    await redis.client.replicaof('127.0.0.1', '1');
    await seconds(0, 4);
    await redis.client.replicaof('NO', 'ONE');
  },
  'connections cut': () => redis.client.client('KILL', 'TYPE', 'normal'),
  'worker stopped': () => pause(pick(workers), 0.1, STALLED_AFTER),
  'worker stopped for longer than it is missed': () => pause(pick(workers), STALLED_AFTER, 3 * STALLED_AFTER),
  'worker killed': () => replaceWorker('SIGKILL'),
  'worker ended': () => replaceWorker('SIGTERM'),
  'submitter killed': () => askAgain('SIGKILL'),
  'submitter interrupted': () => askAgain('SIGINT'),
  'submitter stopped': () => pause(submitter, 0.1, 2 * STALLED_AFTER),
};

const begun = performance.now();
const until = begun + Number(values.minutes) * 60_000;
const had = new Map();
while (performance.now() < until) {
  await Promise.race([submitter.ended, seconds(0, 2 * Number(values.every))]);
  for (const one of workers) if (!one.running && !unreached(one)) gone.push(`a worker ended by itself: ${one.said}`);
  workers = workers.map((w) => (w.running ? w : startWorker()));
  if (!submitter.running && !unreached(submitter)) break;
  if (!submitter.running) submitter = batch(output, ...queue);
  const what = pick(Object.keys(DISTURBANCES));
  had.set(what, (had.get(what) ?? 0) + 1);
  const records = recordsOf(output);
  await DISTURBANCES[what]();
  console.log(`${((performance.now() - begun) / 1000).toFixed(0)} s, ${records} done: ${what}`);
}
const late = submitter.running;
if (late) submitter.child.kill('SIGKILL');
const code = await submitter.ended;
for (const one of workers) await end(one, 'SIGTERM');
await redis.end();

console.log([...had].map(([what, times]) => `${times} x ${what}`).join(', '));
if (late) console.log(`not done after ${values.minutes} minutes:\n${submitter.said}`);
else if (code !== expected) console.log(`exit code ${code} instead of ${expected}:\n${submitter.said}`);
for (const text of gone) console.log(text);
const equal = compareFolders(local, output);
const good = equal && !late && code === expected && gone.length === 0;
if (good) rmSync(scratch, { recursive: true });
else console.log(`left for a look: ${scratch}`);
process.exitCode = good ? 0 : 1;
