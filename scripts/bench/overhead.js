// What a recording costs the server that is recorded: runs in turn with each tracer and without one, on real servers.
//
//     node scripts/bench/overhead.js [--pairs 10] [--seconds 3] [--servers redis-server,nginx] [--tracers default,switches,perf,strace,bpftrace,ftrace]
//                                    [--loads saturated,half]
//
// Each round has a run without a tracer and one with each, in an order that turns from round to round, so that what else the machine
// does falls on all alike; the loss is told against the run without one of the same round: median, and the quartiles over the rounds.
// `saturated`: redis-benchmark and wrk with 50 connections, requests a second. `half`: half as many requests a second, sent at fixed
// moments (overhead/paced.c); there the time until an answer is told too. CPU is that of the server a request, with what tracing adds
// to its own calls. Needs root, gcc, the servers and their clients. Prints Markdown.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missing, startServer } from './overhead/servers.js';
import { tracers } from './overhead/tracers.js';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '3' },
    servers: { type: 'string', default: 'redis-server,nginx' },
    tracers: { type: 'string', default: 'default,switches,perf,strace,bpftrace,ftrace' },
    loads: { type: 'string', default: 'saturated,half' },
  },
});
const seconds = Number(values.seconds);
const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-overhead-'));
const client = path.join(folder, 'paced');
execFileSync('gcc', ['-O2', '-o', client, fileURLToPath(new URL('overhead/paced.c', import.meta.url))]);

/** Seconds of processor that these processes have had, to the nanosecond. */
const cpuOf = (pids) =>
  pids.reduce((sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9, 0);

async function measure(server, load, full, start) {
  const pids = server.pids();
  const end = await start(pids, folder);
  const before = cpuOf(pids);
  const told = load === 'half' ? await server.paced(client, full / 2, seconds) : await server.saturate(seconds, full);
  const cpu = cpuOf(pids) - before;
  await end();
  await sleep(100);
  return { ...told, cpu: cpu / told.requests };
}

function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const percent = (q) => (100 * quantile(sorted, q)).toFixed(1);
  return `${percent(0.5)} % (${percent(0.25)} to ${percent(0.75)})`;
}

async function compare(name, load) {
  const server = await startServer(name, folder);
  try {
    await compareOn(server, load);
  } finally {
    await server.stop();
  }
}

async function compareOn(server, load) {
  const { name } = server;
  const all = Object.entries(tracers(values.tracers.split(',')));
  let { rate: full } = await server.saturate(1);
  ({ rate: full } = await server.saturate(seconds, full));
  const rounds = [];
  for (let i = 0; i < Number(values.pairs); i++) {
    const round = {};
    const turned = [...all.slice(i % all.length), ...all.slice(0, i % all.length)];
    for (const [tracer, start] of turned) {
      // With strace a fixed number of requests would take minutes.
      const expected = tracer === 'strace' && load === 'saturated' ? full / 20 : full;
      round[tracer] = await measure(server, load, expected, start);
    }
    rounds.push(round);
    process.stderr.write(
      `${name} ${load} round ${i + 1}: ${Object.entries(round)
        .map(([t, m]) => `${t} ${m.rate.toFixed(0)}`)
        .join(', ')}\n`,
    );
  }
  for (const [tracer] of all) {
    const against = (pick) => rounds.map((r) => pick(r[tracer]) / pick(r.none));
    const rate = quantile(
      rounds.map((r) => r[tracer].rate).sort((a, b) => a - b),
      0.5,
    );
    const told =
      tracer === 'none'
        ? ['', '']
        : [spread(against((m) => m.rate).map((x) => 1 - x)), spread(against((m) => m.cpu).map((x) => x - 1))];
    const median =
      load === 'half'
        ? quantile(
            rounds.map((r) => r[tracer].median).sort((a, b) => a - b),
            0.5,
          ).toFixed(0)
        : '';
    console.log(`| ${[name, load, tracer, rate.toFixed(0), ...told, median].join(' | ')} |`);
  }
}

try {
  console.log(
    `Linux ${os.release()}, ${os.availableParallelism()} processors, load ${os
      .loadavg()
      .map((l) => l.toFixed(1))
      .join(' ')}\n`,
  );
  console.log(
    '| server | load | tracer | requests/s | loss of requests | more CPU of the server a request | median answer, us |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const name of values.servers.split(',')) {
    const tools = name === 'redis-server' ? ['redis-server', 'redis-benchmark'] : ['nginx', 'wrk'];
    const lacking = tools.filter(missing);
    if (lacking.length > 0) console.log(`| ${name} | skipped: no ${lacking.join(', ')} | | | | | |`);
    else for (const load of values.loads.split(',')) await compare(name, load);
  }
} finally {
  rmSync(folder, { recursive: true });
}
