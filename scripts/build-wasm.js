// Assembles the WebAssembly of the library: src/**/NAME.wat becomes NAME-module.ts beside it, the module in base64, so that
// the sources run as they are and nothing is looked for on disk at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

/** Text of the TypeScript file for the source at `file`. */
export async function assembled(file) {
  const { parseWat } = await wabt();
  const parsed = parseWat(file, readFileSync(file, 'utf8'), { simd: true });
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  const name = path.basename(file, '.wat');
  const lines = Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g)
    .map((line) => `  '${line}',`);
  return (
    `/** ${name}.wat, assembled by \`npm run build\`. */\n` +
    `export const ${name.toUpperCase()}_MODULE = [\n${lines.join('\n')}\n].join('');\n`
  );
}

export const moduleFile = (file) => file.replace(/\.wat$/, '-module.ts');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of readdirSync(SOURCES, { recursive: true })) {
    if (!name.endsWith('.wat')) continue;
    const file = path.join(SOURCES, name);
    const text = await assembled(file);
    // Left alone when nothing changed: its time would make tools build again.
    if (readdirSync(path.dirname(file)).includes(path.basename(moduleFile(file))))
      if (readFileSync(moduleFile(file), 'utf8') === text) continue;
    writeFileSync(moduleFile(file), text);
  }
}
