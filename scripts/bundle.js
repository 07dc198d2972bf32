// After tsc: puts the modules of each entry point together, in place. Node 20 spends 0.3 to 0.5 ms of CPU on finding, reading
// and linking each module of its own file, and the command and every worker thread load a hundred of them: together they start
// in half the time. The single modules stay beside (types, tests and benchmarks use them); what several entry points share
// lies in dist/src/bundle, as deep as the modules did, so that paths relative to a module hold. Left to itself, the bundler makes a
// file of every set of entry points that share something, fifty for the thread of an incident: rooms() says what stays together.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
// By their sources: dist may still hold one that is no more.
const workers = readdirSync(fileURLToPath(new URL('../workers', import.meta.url))).map((file) =>
  path.basename(file, '.ts'),
);
const worker = (name) => path.join(dist, 'workers', `${name}.js`);
/** What is loaded before the first progress line is drawn, and before a wrong flag is told of. */
const main = path.join(dist, 'src/cli/main.js');
const entries = ['src/index', 'src/cli/index', ...workers.map((name) => `workers/${name}`)];

/** Threads that do everything; the others do a part, and load no more than it. */
const WHOLE = ['incident', 'evaluate-case', 'measured-case'];

rmSync(path.join(dist, 'src/bundle'), { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, path.join(dist, `${entry}.js`)])),
  // Packages stay packages.
  external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
});
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'src/bundle/[name]-[hash].js',
  // They stand in the sources and in the types; in the bundles they are a sixth of what is installed.
  comments: { jsdoc: false },
  codeSplitting: { groups: [{ name: rooms(), debugName: 'rooms' }], includeDependenciesRecursively: false },
});
await bundle.close();

/** The file that a module goes into, by the threads that load it; null: the bundler's choice. */
function rooms() {
  let loads, first;
  return (id, graph) => {
    first ??= loadedBy(main, graph);
    if (first.has(id) && id !== main) return 'first';
    loads ??= new Map(workers.map((name) => [name, loadedBy(worker(name), graph)]));
    const by = (name) => loads.get(name).has(id);
    if (id.startsWith(path.join(dist, 'workers')) || !by('incident')) return null;
    if (by('parse')) return by('method') ? 'common' : 'reading';
    if (by('method')) return 'method';
    return workers.some((name) => !WHOLE.includes(name) && by(name)) ? null : 'analysis';
  };
}

/** The modules that one imports, itself among them, but not those that it imports on demand. */
function loadedBy(entry, graph) {
  const found = new Set([entry]);
  for (const id of found) for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}
