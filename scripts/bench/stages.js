// What each stage and the whole cost on large traces, beside what reading the bytes costs. Makes its own inputs.
//
//     node scripts/bench/stages.js [--sizes 100M,1G] [--case redis-10032] [--rounds 5] [--json | --markdown] [--only NAME,...]
//                                  [--folder DIR] [--keep]
//     node scripts/bench/stages.js --case all [--sizes 100M,600M] [--rounds 3] [--markdown]
//
// `--case all` (or several, with commas between): parsing and the whole analysis alone, of every strace case, an event.
//
// Medians; every round runs everything once, so that whatever else the machine does slows all of it. Exit code 1 when a
// stage's cost grows by more than 15 % faster than its input from the first size to the last.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { babeltraceTools } from './babeltrace.js';
import { everyCase, signaturesOf, straceCases } from './every-case.js';
import { goals } from './goals.js';
import { BUGS, KINDS, multiply } from './multiply.js';
import { growth, text } from './report.js';
import { perfTools, readers, stage, startUp } from './tools.js';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100M,1G' },
    case: { type: 'string', default: 'redis-10032' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const id = values.case;
const UNITS = { K: 1e3, M: 1e6, G: 1e9 };
const bytesOf = (size) => parseFloat(size) * (UNITS[size.at(-1)] ?? 1);
const wanted = (name) => values.only === undefined || values.only.split(',').some((o) => name.startsWith(o));
const say = (line) => process.stderr.write(`${line}\n`);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Runs every entry `rounds` times in turns; gives each with the median of each of its figures. */
function measure(entries) {
  const found = entries.map(() => []);
  for (let round = 0; round < rounds; round++) {
    entries.forEach(({ name, run }, i) => {
      const figures = run();
      if (figures === null) throw new Error(`${name} failed`);
      found[i].push(figures);
      say(`  ${round + 1}/${rounds} ${name}: ${JSON.stringify(figures)}`);
    });
  }
  return entries.map(({ name, bytes, stage: own }, i) => {
    const keys = Object.keys(found[i][0]).filter((k) => typeof found[i][0][k] === 'number');
    const figures = Object.fromEntries(keys.map((k) => [k, median(found[i].map((f) => f[k]))]));
    return { name, bytes, stage: own === true, ...figures };
  });
}

/** Everything that is measured on inputs of one size; `kind`: of which of them, null for what makes its own: once is enough. */
function entriesOf(files, signatures) {
  const own = (name, kind, stageName, ...args) => ({
    ...{ name, kind, stage: true },
    run: () => stage(stageName, files[kind] ?? '', ...args),
  });
  return [
    ...readers(files.strace).map((r) => ({ ...r, kind: 'strace' })),
    own('parse strace', 'strace', 'parse'),
    own('parse perf script', 'perf', 'parse'),
    own('parse CSV', 'csv', 'parse'),
    own('parse + build, 1 thread', 'strace', 'read', 1),
    own('parse + build, 2 threads', 'strace', 'read', 2),
    own('parse + build, 1 thread, started', 'strace', 'read-again', 1),
    own('parse + build, 2 threads, started', 'strace', 'read-again', 2),
    own('units to outliers', 'strace', 'units'),
    own('1 M units to outliers, fused', null, 'million-units'),
    own('1 M units to outliers, perfscope', null, 'million-units-perfscope'),
    own('mining, contiguous', 'strace', 'mine-contiguous'),
    own('mining, gapped (1 M events)', 'strace', 'mine-gapped'),
    own('fused', 'strace', 'fused', 1, signatures),
    own('analyze, 1 thread', 'strace', 'analyze', 1, signatures),
    own('analyze, 2 threads', 'strace', 'analyze', 2, signatures),
    own('learn, strace -k', 'strace-k', 'learn', 2),
  ].filter(({ name }) => wanted(name) || ['wc -l', 'parse strace'].includes(name));
}

async function ofSize(folder, size, signatures) {
  const files = Object.fromEntries(KINDS.map((kind) => [kind, path.join(folder, `${size}.${kind}.txt`)]));
  const last = size === values.sizes.split(',').at(-1);
  const entries = entriesOf(files, signatures).filter(({ kind }) => kind !== null || last);
  const sizes = {};
  for (const kind of new Set(entries.flatMap((e) => e.kind ?? []))) {
    sizes[kind] = await multiply(files[kind], { kind, id, bytes: bytesOf(size) });
    say(`made ${files[kind]}: ${JSON.stringify(sizes[kind])}`);
  }
  const rows = measure(entries.map((e) => ({ ...e, bytes: sizes[e.kind]?.bytes })));
  if (!values.keep) for (const file of Object.values(files)) rmSync(file, { force: true });
  const reference = (name) => rows.find((r) => r.name === name);
  for (const row of rows) {
    // Of the same number of bytes: the inputs of different kinds differ a little in size.
    const scaled = (other) => row.cpu / row.bytes / (other.cpu / other.bytes);
    row.byWc = scaled(reference('wc -l'));
    row.byParse = row.stage ? scaled(reference('parse strace')) : undefined;
  }
  const { events } = reference('parse strace');
  return { size, input: { id, copies: sizes.strace.copies, events, inputs: sizes }, rows };
}

const folder = values.folder ?? mkdtempSync(path.join(os.tmpdir(), 'perfscope-stages-'));
mkdirSync(folder, { recursive: true });

async function ofOneCase() {
  const signatures = signaturesOf(id, folder);
  const sizes = [];
  for (const size of values.sizes.split(',')) sizes.push(await ofSize(folder, size, signatures));

  const incident = path.join(
    BUGS,
    id,
    readdirSync(path.join(BUGS, id)).find((f) => f.startsWith('incident')),
  );
  const starts = [];
  for (let i = 0; i < rounds; i++) starts.push(await startUp(incident, signatures));
  const medianOf = (of) => (starts.some((s) => of(s) === null) ? null : median(starts.map(of)));
  const start = {
    helpCpu: medianOf((s) => s.help.cpu),
    bareCpu: medianOf((s) => s.bare.cpu),
    firstLine: medianOf((s) => s.firstLine),
    bareLine: medianOf((s) => s.bareLine),
  };

  let perf = null;
  const recorded = wanted('perf') ? perfTools(folder) : null;
  if (recorded !== null) {
    const own = { name: 'perfscope: parse of the text', run: () => stage('parse', recorded.text) };
    const bytes = recorded.megabytes * 1e6;
    perf = measure([...recorded.tools, own].map((t) => ({ ...t, bytes })));
    const { events } = perf.at(-1);
    for (const row of perf) row.events = events;
    recorded.remove();
  }

  let babeltrace = null;
  const tools = wanted('babeltrace2') ? await babeltraceTools(folder, id) : null;
  if (tools !== null) {
    const { calls, events } = tools;
    const rows = measure(tools.entries).map((row) => ({ ...row, events: calls }));
    babeltrace = { calls, events, rows };
    tools.remove();
  }
  const cpus = os.cpus();
  const machine = {
    ...{ cpu: cpus[0].model.trim(), cores: cpus.length, memoryGb: Math.round(os.totalmem() / 2 ** 30) },
    ...{ system: `${os.type()} ${os.release()}`, node: process.version.slice(1), load: os.loadavg()[0] },
  };
  const compared = { perf, babeltrace2: babeltrace };
  const missing = Object.keys(compared).filter((name) => wanted(name) && compared[name] === null);
  const measured = { machine, rounds, sizes, start, perf, babeltrace, missing, growth: growth(sizes) };
  const result = { ...measured, goals: goals(measured) };
  console.log(values.json ? JSON.stringify(result, null, 2) : text(result, values.markdown));
  process.exitCode = result.growth.every(({ ok }) => ok) ? 0 : 1;
}

try {
  const ids = id === 'all' ? straceCases() : id.split(',');
  if (id !== 'all' && ids.length === 1) await ofOneCase();
  else {
    const sizes = values.sizes.split(',').map((size) => ({ size, bytes: bytesOf(size) }));
    console.log(await everyCase({ sizes, ids, rounds, folder, markdown: values.markdown, say }));
  }
} finally {
  if (!values.keep && values.folder === undefined) rmSync(folder, { recursive: true });
}
