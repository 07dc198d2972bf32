/**
 * Makes the tables of accuracy anew, after `npm run build`: methods with intervals into README.md; these, their differences, and how the default
 * method does by group, into docs/accuracy.md. A minute or more a set.
 *
 *   node scripts/readme-table.js [--also FOLDER]
 *
 * FOLDER is a set of injected faults: it gets tables of its own in docs/accuracy.md, which stay as they are without --also.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = path.join(ROOT, 'dist', 'src', 'cli', 'index.js');
const METHODS = 'fused,perfscope,ratio,time,count,pasd';
const END = '<!-- /accuracy -->';

const { values } = parseArgs({ options: { also: { type: 'string' } } });

/** The blocks of the Markdown report of a set; a block ends at an empty line. */
function evaluated(set) {
  const args = [COMMAND, 'evaluate', set, '--method', METHODS, '--format', 'markdown'];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  // 3: a case failed by some method (`pasd` has nothing to compare with where an oracle is empty), and counts as a miss there.
  if (status !== 0 && status !== 3) process.exit(status ?? 1);
  return stdout.trim().split(/\n\n+/);
}

/** Methods, differences, and of the first method all but the list of its cases. */
function tablesOf(blocks) {
  const [first, second] = blocks.flatMap((block, k) => (block.startsWith('### ') ? [k] : []));
  const groups = blocks.slice(first + 1, second).filter((block) => !block.startsWith('| case |'));
  return [...blocks.slice(0, first), ...groups].join('\n\n');
}

function fill(file, begin, text) {
  const at = path.join(ROOT, file);
  const before = readFileSync(at, 'utf8');
  const from = before.indexOf(begin);
  const to = before.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`${file} has no place for the tables: ${begin} and ${END}`);
  writeFileSync(at, `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`);
}

const shipped = evaluated(path.join(ROOT, 'datasets', 'bugs'));
fill('README.md', '<!-- accuracy: scripts/readme-table.js -->', shipped[0]);
fill('docs/accuracy.md', '<!-- accuracy: datasets/bugs -->', tablesOf(shipped));
console.log(shipped[0]);
if (values.also !== undefined) {
  const injected = evaluated(values.also);
  fill('docs/accuracy.md', '<!-- accuracy: injected faults -->', tablesOf(injected));
  console.log(injected[0]);
}
