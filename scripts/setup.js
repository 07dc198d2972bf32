// Brings a checkout to where `npm test` and `npx perfscope` work: installs what package-lock.json names and builds,
// each only when something changed since the last time. Plain Node: in a fresh clone there is no node_modules yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);

const BUILDERS = ['build-wasm.js', 'bundle.js', 'bundle-pages.js'].map((file) => path.join('scripts', file));

/** Hash of all that the build depends on. */
export function sourceHash() {
  const hash = createHash('sha256');
  const folders = ['src', 'workers', 'scripts/lab'].flatMap(listed);
  const files = ['tsconfig.json', 'package.json', ...BUILDERS, ...folders];
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(at(file)));
  return hash.digest('hex');
}

function listed(folder) {
  return readdirSync(at(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

function read(file) {
  return existsSync(at(file)) ? readFileSync(at(file), 'utf8') : '';
}

function run(args) {
  // npm sets npm_execpath for its scripts; called by hand, npm is on the PATH.
  const npm = process.env.npm_execpath;
  const [command, rest] = npm === undefined ? ['npm', args] : [process.execPath, [npm, ...args]];
  const { status, error } = spawnSync(command, rest, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) throw error;
  if (status !== 0) {
    console.error(`perfscope set-up: npm ${args.join(' ')} failed`);
    process.exit(status ?? 1);
  }
}

/** Installs and builds where needed. Everything it says goes to stderr. */
export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`perfscope needs Node 20.19 or newer; this is ${process.version}`);
    process.exit(2);
  }
  const stamp = 'node_modules/.perfscope-setup';
  const lock = createHash('sha256').update(process.version).update(read('package-lock.json')).digest('hex');
  if (read(stamp) !== lock) {
    if (!installedByHand()) {
      console.error('perfscope set-up: installing packages');
      run(['ci', '--no-audit', '--no-fund']);
    }
    writeFileSync(at(stamp), lock);
  }
  build();
}

/** Builds if a source has changed since the last time. */
export function build() {
  if (read('dist/.built') === sourceHash()) return;
  console.error('perfscope set-up: building');
  run(['run', '--silent', 'build']);
}

/** Somebody ran `npm install` after package-lock.json last changed. */
function installedByHand() {
  const marker = at('node_modules/.package-lock.json');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(at('package-lock.json')).mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
