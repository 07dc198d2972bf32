// Kills a batch with SIGKILL at random moments, resumes it each time, and compares the folder with an undisturbed run's.
//
//     node scripts/bench/kill.js [--kills 20] [--count 400] [--seed 1]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareFolders, recordsOf } from './folder-content.js';
import { makeArchive, randomFrom } from './make-archive.js';

const PERFSCOPE = fileURLToPath(new URL('../../dist/src/cli/index.js', import.meta.url));
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    count: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
  },
});
const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-kill-'));
const archive = path.join(scratch, 'archive');
makeArchive(archive, { count: Number(values.count), damaged: 0.1, largest: 0.1 });

/** `after`: milliseconds until the kill; null: let it end. Gives whether it was killed, and how long it ran. */
function batch(output, after) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const child = spawn(
      process.execPath,
      [PERFSCOPE, 'batch', archive, '-o', output, '-q', '--jobs', '2', '-f', 'json'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const timer = after === null ? null : setTimeout(() => child.kill('SIGKILL'), after);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ killed: code === null, ms: performance.now() - begun });
    });
  });
}

const calm = path.join(scratch, 'undisturbed');
const { ms } = await batch(calm, null);
const random = randomFrom(Number(values.seed));
const output = path.join(scratch, 'killed');
const seen = [];
for (let kill = 0; kill < Number(values.kills); kill++) {
  // On average a run gets as far as it must for all kills to fall into the work.
  const { killed } = await batch(output, 900 + ((2 * ms) / Number(values.kills)) * random());
  seen.push(killed ? recordsOf(output) : 'ended');
}
await batch(output, null);
console.log(`undisturbed: ${(ms / 1000).toFixed(1)} s; incidents recorded at each kill: ${seen.join(' ')}`);
process.exitCode = compareFolders(calm, output) ? 0 : 1;
rmSync(scratch, { recursive: true });
