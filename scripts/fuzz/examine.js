// Does with a file what perfscope does with files of its kind, in process. A clear error is an answer; what throws is not.
import { readFileSync } from 'node:fs';
import { analyzeIncident, inspect, learn, RESULT_REPORTERS } from '../../dist/src/index.js';
import { discover } from '../../dist/src/batch/discover.js';
import { readManifest } from '../../dist/src/batch/manifest.js';
import { inlinePool } from '../../dist/src/pool/inline-pool.js';
import { resultSchema } from '../../dist/src/report/schema.js';
import { parseSignatures } from '../../dist/src/signatures/file.js';

const run = { pool: inlinePool, jobs: 1 };

/** @param {{ signatures: string, trace: string }} whole a trace and the signatures that belong to it, undamaged */
export async function examine(file, whole) {
  const kind = /\.signatures\.json$/.test(file)
    ? signatures
    : /\.(?:jsonl)$/.test(file)
      ? manifest
      : /\.(?:tar|zip)$/.test(file)
        ? archive
        : trace;
  for (const look of kind(file, whole)) await answered(look);
}

async function answered(look) {
  try {
    await look();
  } catch (error) {
    // By name: the bundle of the library and the single modules have a class of their own each.
    if (error.name !== 'PerfscopeError' || error.code === 'worker') throw error;
  }
}

function analysed(file, signatures) {
  return async () => {
    const document = await analyzeIncident([file], { ...run, signatures, anyProgram: true });
    const checked = resultSchema.safeParse(document);
    if (!checked.success) throw new Error(`the result is none: ${checked.error.message}`);
    for (const reporter of RESULT_REPORTERS) reporter.render(document, { width: 80, color: false });
  };
}

const trace = (file, whole) => [() => inspect([file], run), analysed(file, whole.signatures), () => learn([file], run)];
const signatures = (file, whole) => [
  () => parseSignatures(readFileSync(file, 'utf8'), file),
  analysed(whole.trace, file),
];
const manifest = (file) => [() => readManifest(file)];
const archive = (file) => [() => discover([file])];
