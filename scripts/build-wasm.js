// Assembles the WebAssembly of the library: each module of a kernel/ folder of src (AssemblyScript) becomes NAME-module.ts beside its source,
// in base64, so that the sources run as they are and nothing is looked for on disk at run time.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = path.join(ROOT, 'src');
/** What exports the functions of a module in AssemblyScript, below src/. */
export const SCRIPTS = [
  'formats/csv/kernel/lines.ts',
  'episodes/kernel/miner.ts',
  'outliers/kernel/outliers.ts',
  'source/kernel/zstd.ts',
  'formats/perf/data/kernel/arrange.ts',
  'formats/perf/data/kernel/events.ts',
  'formats/perf/kernel/lines.ts',
  'context/kernel/ladder.ts',
  'context/kernel/places.ts',
  'trace/kernel/rows.ts',
  'formats/strace/kin/kernel/kin.ts',
  'formats/strace/kernel/lines.ts',
  'units/kernel/units.ts',
];
/** Those whose memory comes from the driver: it shares it with all threads, or knows how much will do. */
const SHARING = ['formats/perf/data/kernel/arrange.ts', 'trace/kernel/rows.ts'];
const GIVEN = [
  'context/kernel/ladder.ts',
  'context/kernel/places.ts',
  'formats/strace/kin/kernel/kin.ts',
  'units/kernel/units.ts',
];
/** What they have in common. */
const SHARED = path.join(SOURCES, 'lib/kernel');
/**
 * Memory for as many rows as the drivers ever ask for, in pages; those that are not touched cost nothing. When memory grows, V8
 * detaches its buffer, and from the first such on checks every access to any typed array of the thread: a fifth slower.
 */
const INITIAL_PAGES = '640';
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
const OWN_MEMORY = ['--initialMemory', INITIAL_PAGES];
const GIVEN_MEMORY = ['--importMemory', '--zeroFilledMemory'];
/** All of the 4 GB that there can be. */
const SHARED_MEMORY = [
  '--importMemory',
  '--zeroFilledMemory',
  '--sharedMemory',
  '--enable',
  'threads',
  '--maximumMemory',
  '65536',
];

function optionsOf(file) {
  const among = (scripts) => scripts.some((script) => path.join(SOURCES, script) === path.resolve(file));
  return [...OPTIONS, ...(among(SHARING) ? SHARED_MEMORY : among(GIVEN) ? GIVEN_MEMORY : OWN_MEMORY)];
}

/** Text of the TypeScript file for the source at `file`. */
export async function assembled(file) {
  return moduleText(`${path.basename(file)} (${scriptHash(file)})`, file, await compiled(file));
}

async function compiled(file) {
  let binary = null;
  const options = [path.relative(ROOT, file), '--baseDir', ROOT, '--outFile', 'module.wasm', ...optionsOf(file)];
  const { error, stderr } = await asc.main(options, {
    // Decorators of functions are no TypeScript, so other tools reject them: there they are comments.
    readFile: (name, folder) => {
      const place = path.resolve(folder, name);
      return existsSync(place) ? readFileSync(place, 'utf8').replace(/^\/\/ @inline$/gm, '@inline') : null;
    },
    writeFile: (_, data) => (binary = data),
  });
  if (error) throw new Error(`${stderr}`, { cause: error });
  return binary;
}

/** Of an AssemblyScript module's sources and its compiler: tells whether it is up to date, which compiling takes seconds for. */
export function scriptHash(file) {
  const hash = createHash('sha256').update(`${optionsOf(file)} ${asc.version}`);
  for (const folder of [path.dirname(file), SHARED])
    for (const name of readdirSync(folder).sort())
      if (name.endsWith('.ts') && !name.endsWith('-module.ts')) hash.update(readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

function moduleText(source, file, buffer) {
  const name = path.basename(file).replace(SUFFIX, '');
  const lines = Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g)
    .map((line) => `  '${line}',`);
  return (
    `/** ${source}, assembled by \`npm run build\`. */\n` +
    `export const ${name.toUpperCase()}_MODULE = [\n${lines.join('\n')}\n].join('');\n`
  );
}

const SUFFIX = /\.ts$/;
export const moduleFile = (file) => file.replace(SUFFIX, '-module.ts');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of SCRIPTS) {
    const file = path.join(SOURCES, name);
    const before = existsSync(moduleFile(file)) ? readFileSync(moduleFile(file), 'utf8') : '';
    // Compiling takes seconds.
    if (before.includes(scriptHash(file))) continue;
    writeFileSync(moduleFile(file), await assembled(file));
  }
}
