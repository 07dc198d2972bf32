// After tsc: puts the modules of each entry point together, in place. Node 20 spends 0.3 to 0.5 ms of CPU on finding, reading
// and linking each module of its own file, and the command and every worker thread load a hundred of them: together they start
// in half the time. The single modules stay beside (types, tests and benchmarks use them); what several entry points share
// lies in dist/src/bundle, as deep as the modules did, so that paths relative to a module hold.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
// By their sources: dist may still hold one that is no more.
const workers = readdirSync(fileURLToPath(new URL('../workers', import.meta.url)));
const entries = ['src/index', 'src/cli/index', ...workers.map((file) => `workers/${path.basename(file, '.ts')}`)];

rmSync(path.join(dist, 'src/bundle'), { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, path.join(dist, `${entry}.js`)])),
  // Packages stay packages.
  external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
  platform: 'node',
});
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'src/bundle/[name]-[hash].js',
});
await bundle.close();
