// Looks for what breaks perfscope: shipped files, each changed a little, read in process with limits on time and memory.
//   node scripts/fuzz.js [--seconds 60] [--runs N] [--seed 1] [--only PART-OF-A-NAME] [--keep FOLDER]   exits with 1 when something was found
//   node scripts/fuzz.js FILE...                                                looks at these files as they are
// What is found is written to the folder. Once mended it belongs into test/fuzz/found, where it is looked at by every test run.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { mutated } from './fuzz/mutate.js';
import { randomOf } from './fuzz/random.js';
import { shipped } from './fuzz/shipped.js';

/** A file takes milliseconds. Of processor time: the threads of a busy machine take their time. */
const HANG_SECONDS = 10;
/** Whoever waits for what never comes uses no processor. */
const WAIT_SECONDS = 120;
const MOST_MB = 500;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    keep: { type: 'string', default: 'fuzz-found' },
  },
});

const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-fuzz-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const { originals: all, whole } = await shipped(scratch);
const originals = all.filter(({ name }) => name.includes(values.only));
if (originals.length === 0) {
  process.stderr.write(`--only ${values.only}: no such file among ${all.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

class Examiner {
  async start() {
    this.worker = new Worker(new URL('./fuzz/worker.js', import.meta.url), {
      workerData: whole,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MB },
    });
    this.answer = () => undefined;
    this.worker.on('message', (fault) => this.answer(fault));
    this.worker.on('error', (error) => this.answer(`the thread ended: ${error.message}`));
    await new Promise((resolve) => (this.answer = resolve));
    this.before = process.memoryUsage.rss();
  }

  /** What is wrong with what perfscope makes of the file; null: nothing. */
  async look(file) {
    if (this.worker === undefined) await this.start();
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    let timer;
    const fault = await new Promise((resolve) => {
      timer = setInterval(() => {
        const { user, system } = process.cpuUsage(cpu);
        if (user + system > HANG_SECONDS * 1e6) resolve(`not done after ${HANG_SECONDS} s of processor time`);
        else if (performance.now() - begun > WAIT_SECONDS * 1000) resolve(`not done after ${WAIT_SECONDS} s`);
      }, 500);
      this.answer = resolve;
      this.worker.postMessage(file);
    });
    clearInterval(timer);
    const grown = (process.memoryUsage.rss() - this.before) / 2 ** 20;
    const outgrown = grown > MOST_MB ? `took ${Math.round(grown)} MB` : null;
    if (fault !== null || outgrown !== null) await this.stop();
    return fault ?? outgrown;
  }

  async stop() {
    await this.worker?.terminate();
    this.worker = undefined;
  }
}

const examiner = new Examiner();
let found = 0;
if (positionals.length > 0)
  for (const file of positionals) await tell(file, await examiner.look(path.resolve(file)), false);
else await search();
await examiner.stop();
process.exitCode = found > 0 ? 1 : 0;

async function search() {
  const until = performance.now() + Number(values.seconds) * 1000;
  let runs = 0;
  for (; runs < Number(values.runs) && performance.now() < until; runs++) {
    const r = randomOf(Number(values.seed) * 1_000_003 + runs);
    const { name, bytes, kind } = r.pick(originals);
    const file = path.join(scratch, `${values.seed}-${runs}-${name}`);
    writeFileSync(file, mutated(bytes, r, kind));
    await tell(file, await examiner.look(file), true);
    rmSync(file);
  }
  process.stdout.write(`${runs} files looked at, ${found} faults\n`);
}

async function tell(file, fault, keep) {
  if (fault === null) return;
  found++;
  let kept = file;
  if (keep) {
    mkdirSync(values.keep, { recursive: true });
    copyFileSync(file, (kept = path.join(values.keep, path.basename(file))));
  }
  process.stderr.write(`${kept}: ${fault}\n`);
}
