// How steady `perfscope watch` is: `node scripts/bench/watch.js [--minutes 3] [--rate 50000] [--backend perf]`
//
// A program makes 50,000 calls a second and is watched. Twenty webhooks of Alertmanager come, five of them while another incident is
// analysed; every second comes one that is none; for a while the disk is full (a tmpfs, where we may mount one); once the program is
// started anew. At the end each webhook's incident must have been delivered, and the memory of watch must be what it was.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from './free-port.js';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    rate: { type: 'string', default: '50000' },
    backend: { type: 'string' },
  },
});
const [MINUTES, RATE] = [Number(given.minutes), Number(given.rate)];
const [TRIGGERS, DURING] = [20, 5];
// Twenty analyses must be over in the time, on a machine that has its load to bear.
const WINDOW = Math.min(60, Math.max(5, Math.round(MINUTES * 2)));
const COMMAND = fileURLToPath(new URL('../../dist/src/cli/index.js', import.meta.url));
const MB = 1024 * 1024;

/** One call after the other, in bursts: as many a second as were asked for. */
const LOAD = `
  const { openSync, readSync } = require('node:fs');
  const fd = openSync('/dev/zero', 'r');
  const piece = Buffer.alloc(16);
  let done = 0;
  const begun = performance.now();
  setInterval(() => {
    const due = ((performance.now() - begun) / 1000) * ${RATE};
    // What could not be done in time is left: it is a rate, not a sum.
    if (due - done > ${RATE}) done = due;
    for (; done < due; done++) readSync(fd, piece, 0, 16, null);
  }, 5);
  process.title = 'watched-load';
`;

const folder = mkdtempSync(path.join(tmpdir(), 'bench-watch-'));
const disk = path.join(folder, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1500M', 'tmpfs', disk]).status === 0;

// However it ends, nothing stays behind.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(folder, { recursive: true, force: true });
});

const children = new Set();
function run(program, args, options) {
  const child = spawn(program, args, options);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

const startLoad = () => run(process.execPath, ['-e', LOAD], { stdio: 'ignore' });
let load = startLoad();
await sleep(500);

const port = await freePort();
const watch = run(
  process.execPath,
  [
    ...[COMMAND, 'watch', '--comm', 'watched-load', '-o', path.join(disk, 'watch'), '--listen', `127.0.0.1:${port}`],
    ...['--window', `${WINDOW}s`, '--after', '1s', '--min-interval', '2s', '--max-ring', '400M', '--quota', '600M'],
    ...['--log-level', 'info', '--log-format', 'json', ...(given.backend ? ['--backend', given.backend] : [])],
  ],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
const delivered = new Map();
const codes = new Map();
lines(watch.stdout, (message) => delivered.set(message.id, message.outcome?.verdict ?? message.failure));
lines(watch.stderr, ({ code, msg }) => {
  const key = code ?? msg;
  codes.set(key, (codes.get(key) ?? 0) + 1);
});
let ended = null;
watch.once('exit', (code, signal) => (ended = signal ?? code));

function lines(stream, take) {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text) => {
    const all = (rest + text).split('\n');
    rest = all.pop();
    for (const line of all) take(JSON.parse(line));
  });
}

const address = `http://127.0.0.1:${port}`;
const health = () =>
  globalThis.fetch(`${address}/healthz`).then(
    (r) => r.json(),
    () => null,
  );
/** A connection that was closed while it was idle is opened again, as Alertmanager does. */
const post = (body, type, again = true) =>
  globalThis.fetch(`${address}/alerts`, { method: 'POST', body, headers: { 'content-type': type } }).then(
    async (r) => ({ status: r.status, body: await r.json().catch(() => null) }),
    (error) => (again ? post(body, type, false) : { status: 0, body: { error: String(error.cause ?? error) } }),
  );

function webhook(n) {
  const startsAt = new Date().toISOString();
  const labels = { alertname: `Bench${n}` };
  const alerts = [{ status: 'firing', labels, annotations: {}, startsAt, fingerprint: `bench-${n}` }];
  return JSON.stringify({ version: '4', groupKey: `{}:{n="${n}"}`, status: 'firing', alerts });
}
const MALFORMED = [
  ['{', 'application/json'],
  ['{"version":"4"}', 'application/json'],
  [webhook(0).replace('"4"', '"3"'), 'application/json'],
  [webhook(0), 'text/plain'],
  [JSON.stringify({ a: 'x'.repeat(2 * MB) }), 'application/json'],
  [Buffer.from([0xff, 0xfe, 0, 1]), 'application/json'],
];

const rss = [];
const failures = [];
const answers = new Map();
const check = (good, what) => {
  if (!good) failures.push(what);
};

while ((await health())?.status !== 'recording' && ended === null) await sleep(50);
const begun = Date.now();
const over = begun + MINUTES * 60_000;

const malformed = (async () => {
  for (let n = 0; Date.now() < over && ended === null; n++) {
    const [body, type] = MALFORMED[n % MALFORMED.length];
    const { status } = await post(body, type);
    const refused = status >= 400 && status < 500;
    // A body that is too large may be cut off before it is read whole.
    check(refused || (status === 0 && body.length > MB), `malformed webhook ${n} was answered with ${status}`);
    await sleep(1000);
  }
})();
const memory = (async () => {
  while (Date.now() < over && ended === null) {
    const text = readFileSync(`/proc/${watch.pid}/status`, 'utf8');
    rss.push(Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / 1024);
    await sleep(500);
  }
})();

const [step, half] = [(MINUTES * 60_000 * 0.9) / TRIGGERS, TRIGGERS >> 1];
let during = 0;
for (let n = 1; n <= TRIGGERS && ended === null; n++) {
  const isDuring = n % (TRIGGERS / DURING) === 0;
  await sleep(Math.max(0, begun + (isDuring ? n - 2 : n - 1) * step - Date.now()));
  // Every fourth comes while the incident of the one before is at work.
  if (isDuring) {
    const last = Date.now() + step;
    while ((await health())?.analysing === null && Date.now() < last) await sleep(20);
    if ((await health())?.analysing !== null) during++;
  }
  if (n === half && mounted) fillDisk();
  answers.set(n, await post(webhook(n), 'application/json'));
  if (n === half && mounted) {
    await sleep(Math.min(8000, step / 2));
    rmSync(path.join(disk, 'filler'));
  }
  if (n === half + 2) {
    load.kill('SIGKILL');
    load = startLoad();
  }
}
/** Others write there at the same time: what no longer fits says that it is full. */
function fillDisk() {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(path.join(disk, 'filler'), Buffer.alloc(bavail * bsize));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
}

// What waits for its analysis is waited for: how long that takes is the machine's.
const patience = Date.now() + 20 * 60_000;
for (;;) {
  const state = await health();
  if (ended !== null || Date.now() > patience) break;
  const idle = state !== null && !state.next && !state.taking && !state.analysing && state.waiting === 0;
  if (idle && Date.now() > over) break;
  await sleep(200);
}
await Promise.all([malformed, memory]);
const metrics = ended === null ? await (await globalThis.fetch(`${address}/metrics`)).text() : '';
check(ended === null, `watch ended by itself: ${ended}`);
watch.kill('SIGTERM');
while (ended === null) await sleep(50);
check(ended === 0, `watch ended with ${ended}`);

for (const [n, { status, body }] of answers) {
  check(status === 200 || status === 503, `webhook ${n} was answered with ${status}: ${JSON.stringify(body)}`);
  if (status !== 200) continue;
  // An incident that was opened while another's snapshot failed is one with that.
  const found = body.incidents.every((id) => delivered.has(id)) || codes.has('watch-no-snapshot');
  check(found, `the incident of webhook ${n} was not delivered`);
}
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const third = Math.floor(rss.length / 3);
const [early, late] = [median(rss.slice(third, 2 * third)), median(rss.slice(2 * third))];
check(late < early * 1.2 + 10, `memory grew from ${early} to ${late} MB`);

const statuses = [...answers.values()].map((a) => a.status);
console.log(
  `${MINUTES} min at ${RATE} calls a second${mounted ? '' : ' (no tmpfs may be mounted: the disk was never full)'}`,
);
console.log(
  `webhooks: ${statuses.filter((s) => s === 200).length} taken, ${statuses.filter((s) => s === 503).length} told to come later; ${during} came during an analysis`,
);
console.log(`incidents delivered: ${delivered.size}: ${[...delivered.values()].map((v) => v ?? '?').join(', ')}`);
console.log(
  `memory of watch, MB: ${early.toFixed(0)} in the second third, ${late.toFixed(0)} in the last, ${Math.max(...rss).toFixed(0)} at most`,
);
console.log(`log: ${[...codes].map(([code, n]) => `${code} ${n}`).join(', ')}`);
console.log(
  metrics
    .split('\n')
    .filter((l) => /_(total|bytes|incidents)[ {]/.test(l) && !l.startsWith('#'))
    .join('\n'),
);
for (const failure of failures) console.log(`FAILED: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
