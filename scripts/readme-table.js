// Makes the accuracy table of the README anew: `node scripts/readme-table.js` (after `npm run build`). A minute or so.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const methods = 'fused,perfscope,ratio,time,count,pasd';
const command = path.join(root, 'dist', 'src', 'cli', 'index.js');
const args = [command, 'evaluate', 'datasets/bugs', '--method', methods, '--format', 'markdown'];
const { status, stdout } = spawnSync(process.execPath, args, {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (status !== 0) process.exit(status ?? 1);

const table = stdout.slice(0, stdout.indexOf('\n\n')).trim();
const file = path.join(root, 'README.md');
const [begin, end] = ['<!-- accuracy: scripts/readme-table.js -->', '<!-- /accuracy -->'];
const text = readFileSync(file, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < 0) throw new Error('README.md has no place for the table');
writeFileSync(file, `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`);
console.log(table);
