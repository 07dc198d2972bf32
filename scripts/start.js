// `npm start`: from a fresh clone to a first result. Sets up, learns the signatures of a shipped real bug from its
// learning runs, analyses its incident and prints the suspects. Another case: npm start -- nginx-681e735
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const name = process.argv[2] ?? 'redis-10032';
const relative = path.join('datasets', 'bugs', name);
const folder = path.join(root, relative);
if (!existsSync(path.join(folder, 'case.json'))) {
  console.error(`There is no case ${name}. Cases are: ${readdirSync(path.dirname(folder)).join(', ')}`);
  process.exit(2);
}

setup();

const files = readdirSync(folder).sort();
const inCase = (prefix) => files.filter((f) => f.startsWith(prefix)).map((f) => path.join(relative, f));
const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-start-'));
const signatures = path.join(scratch, `${name}.signatures.json`);
let status;
try {
  status =
    perfscope('learn', ...inCase('profile'), '-o', signatures) ||
    perfscope('analyze', ...inCase('incident'), '-s', signatures);
} finally {
  rmSync(scratch, { recursive: true });
}
process.exitCode = status;
if (status === 0)
  console.log('\nOther cases: npm start -- <case>, with <case> a folder of datasets/bugs. More: npx perfscope --help');

function perfscope(...args) {
  console.log(`\n$ perfscope ${args.join(' ')}\n`);
  const command = path.join(root, 'dist', 'src', 'cli', 'index.js');
  return spawnSync(process.execPath, [command, ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
}
