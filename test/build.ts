/** Brings dist/ up to date before the tests that run compiled code. Once a run, and at once when nothing has changed. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export default function build(): void {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', root, '--incremental', '--tsBuildInfoFile', join(root, 'dist', '.tsbuildinfo')];
  try {
    execFileSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    // A type error still leaves code that runs; `npm run build` is what fails on it.
    process.stderr.write(`tsc: ${(error as { stdout: string }).stdout}\n`);
  }
  execFileSync(process.execPath, [join(root, 'scripts', 'bundle-pages.js')], { cwd: root, stdio: 'pipe' });
}
