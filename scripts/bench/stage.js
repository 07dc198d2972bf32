// One stage on one input, in a process of its own: what it took, as JSON on stdout. stages.js runs it.
//
//     node stage.js STAGE FILE [JOBS [SIGNATURES]]
//     node stage.js million-units | million-units-perfscope
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { millionUnits } from './million-units.js';

const dist = (file) => import(new URL(`../../dist/src/${file}`, import.meta.url).href);
const [stage, file, jobs = '1', signatures = ''] = process.argv.slice(2);

/** Runs `body`, and tells what it took: processor seconds of all threads, seconds, and what it returns. */
async function measured(body) {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const facts = await body();
  const wall = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 1e6, user: user / 1e6, wall, ...facts };
}

async function readWith(threads) {
  const { readTrace } = await dist('reading/ingest.js');
  const { createPool } = await dist('pool/pool.js');
  const pool = createPool({ jobs: threads, helping: true });
  const { trace } = await readTrace([file], { pool });
  await pool.close();
  return trace;
}

/** Reads the file in a process that has started: its own code is loaded, and has run on nothing. */
async function readStarted() {
  const { readTrace } = await dist('reading/ingest.js');
  const { createPool } = await dist('pool/pool.js');
  return measured(async () => {
    const pool = createPool({ jobs: Number(jobs), helping: true });
    const { trace } = await readTrace([file], { pool });
    await pool.close();
    return { events: trace.length };
  });
}

/** Reads the file with threads that have started, and have read it once before. */
async function readAgain() {
  const { readTrace } = await dist('reading/ingest.js');
  const { createPool } = await dist('pool/pool.js');
  const pool = createPool({ jobs: Number(jobs), helping: true });
  await readTrace([file], { pool });
  const facts = await measured(async () => ({ events: (await readTrace([file], { pool })).trace.length }));
  await pool.close();
  return facts;
}

/** The parser alone, one thread, one stretch after the other into the same columns; nothing joined. */
async function parse() {
  const { fileRanges, DEFAULT_CHUNK_BYTES } = await dist('reading/cuts.js');
  const { formatOf, sampleOf } = await dist('reading/sampling.js');
  const { openSources } = await dist('source/index.js');
  const [{ sources }] = await openSources([file]);
  const sampled = await sampleOf(sources[0]);
  const { format } = formatOf(sampled, undefined);
  const options = format.prepare?.(sampled.sample, { tid: 0 }) ?? { tid: 0 };
  await sampled.close();
  return measured(async () => {
    const handle = await open(file, 'r');
    const descriptor = openSync(file, 'r');
    let scratch = new Uint8Array(0);
    let events = 0;
    for await (const { offset, length } of fileRanges(handle, statSync(file).size, format, DEFAULT_CHUNK_BYTES)) {
      // As in reading/parse-stage.ts: ranges differ by a record or two, and a new buffer would be fresh memory again.
      if (scratch.length < length) scratch = new Uint8Array(length + 2 ** 18);
      readSync(descriptor, scratch, 0, length, offset);
      events += format.parseChunk(scratch.subarray(0, length), options).rows;
    }
    closeSync(descriptor);
    await handle.close();
    return { events };
  });
}

async function prepared(from = () => readWith(2)) {
  const { resolveParameters } = await dist('coordinator/parameters.js');
  return { trace: await from(), parameters: resolveParameters(undefined) };
}

const whole = (trace) => ({ fromNs: 0, toNs: trace.endNs + 1 });

/** From columns to outliers, as the detector `unit` does it. */
async function units(from) {
  const { oddUnits } = await dist('methods/fused/detectors/unit.js');
  const { trace, parameters } = await prepared(from);
  return measured(() => {
    const found = oddUnits({ trace, parameters, ...whole(trace) });
    return { events: trace.length, units: found.units.length };
  });
}

/** From columns to outliers, in the stages of the paper's method, one task each. */
async function stagedUnits(from) {
  const { perfscopeMethod } = await dist('methods/perfscope/perfscope.js');
  const { trace, parameters } = await prepared(from);
  const signatures = { calls: [], functions: [] };
  // What comes after the outliers is left out.
  const reached = new Error();
  return measured(async () => {
    let units = 0;
    const run = async ({ name, run: compute }, tasks) => {
      if (name === 'episodes') throw reached;
      const results = tasks.map((task) => compute(task));
      if (name === 'units') units = results.reduce((sum, r) => sum + r.units.length, 0);
      return results;
    };
    await perfscopeMethod({ trace, signatures, parameters, ...whole(trace) }, run).catch((error) => {
      if (error !== reached) throw error;
    });
    return { events: trace.length, units };
  });
}

/** Events mined together: one unit of this length, or many short ones. */
const BLOCK = 100_000;

/** Closed episodes of the units, a block after the other; `gap`: calls that may lie between two of an episode. */
async function mining(gap, mostEvents) {
  const { mineClosedEpisodes } = await dist('episodes/mine.js');
  const { onePassInput, unitsWithFeatures } = await dist('units/one-pass.js');
  const { segmentationOptions } = await dist('units/segmentation.js');
  const { unitTable } = await dist('units/unit-table.js');
  const { rowsByThread } = await dist('trace/table.js');
  const { trace, parameters } = await prepared();
  const rows = rowsByThread(trace);
  const { units } = unitsWithFeatures(onePassInput(trace), segmentationOptions(parameters, whole(trace)));
  const cut = unitTable(units, trace.columns.thread, rows);
  const symbols = Uint16Array.from(rows.order, (row) => trace.columns.call[row]);
  const options = { minSupport: 100, maxLength: 8, maxGap: gap };
  return measured(() => {
    let episodes = 0;
    let events = 0;
    for (let u = 0; u < cut.length && events < mostEvents;) {
      const offsets = [0];
      const from = cut.from[u];
      for (; u < cut.length && cut.to[u] - from <= BLOCK; u++) offsets.push(cut.to[u] - from);
      if (offsets.length === 1) offsets.push(cut.to[u++] - from);
      const length = offsets.at(-1);
      episodes += mineClosedEpisodes(symbols.subarray(from, from + length), offsets, options).length;
      events += length;
    }
    return { events, episodes };
  });
}

async function fused() {
  const { readSignatures } = await dist('signatures/file.js');
  const { fusedMethod } = await dist('methods/fused/fused.js');
  const db = await readSignatures(signatures);
  const { trace, parameters } = await prepared();
  return measured(() => {
    const { verdict } = fusedMethod({ trace, signatures: db, parameters, ...whole(trace) });
    return { events: trace.length, verdict };
  });
}

/** A command of the program, with all that it takes from the start of the process. */
async function command(args) {
  const { main } = await dist('cli/main.js');
  const out = `${file}.out.json`;
  const code = await main([...args.map((a) => a.replace('OUT', out)), '--jobs', jobs, '-q']);
  rmSync(out, { force: true });
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1e6, wall: performance.now() / 1000, code };
}

const STAGES = {
  parse,
  read: () => measured(async () => ({ events: (await readWith(Number(jobs))).length })),
  'read-started': readStarted,
  'read-again': readAgain,
  units: () => units(),
  'million-units': () => units(millionUnits),
  'million-units-perfscope': () => stagedUnits(millionUnits),
  'mine-contiguous': () => mining(0, Infinity),
  'mine-gapped': () => mining(2, 1e6),
  fused,
  analyze: () => command(['analyze', file, '-s', signatures, '-f', 'json=OUT']),
  learn: () => command(['learn', file, '-o', 'OUT', '-f', 'table']),
};

const facts = await STAGES[stage]();
// Not getrusage(2): a process begins with the peak of the one that started it.
const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
process.stdout.write(`${JSON.stringify({ ...facts, peakMb: Math.round(peakKb / 1024) })}\n`);
