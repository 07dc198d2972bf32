// After tsc: makes the command executable and puts it where `npx perfscope` looks in this checkout, and notes what was
// built, so that setup.js can tell whether a build is due.
import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { sourceHash } from './setup.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = path.join(root, 'dist/src/cli/index.js');
const bin = path.join(root, 'node_modules/.bin');

if (existsSync(command)) chmodSync(command, 0o755);
mkdirSync(bin, { recursive: true });
if (process.platform === 'win32') {
  writeFileSync(path.join(bin, 'perfscope.cmd'), `@node "%~dp0\\..\\..\\dist\\src\\cli\\index.js" %*\r\n`);
} else {
  const link = path.join(bin, 'perfscope');
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync('../../dist/src/cli/index.js', link);
}
writeFileSync(path.join(root, 'dist/.built'), sourceHash());
