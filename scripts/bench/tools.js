// Other programs, timed by the shell: seconds and processor seconds to the millisecond.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
export const PERFSCOPE = here('../../dist/src/cli/index.js');
const quoted = (args) => args.map((a) => `'${a}'`).join(' ');

export const installed = (name) => spawnSync('which', [name]).status === 0;

/** Runs a command in bash, its output thrown away: { wall, cpu }, or null when it fails. */
export function timed(command) {
  const script = `TIMEFORMAT='%R %U %S'; time ${command} > /dev/null 2>&1`;
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (status !== 0) return null;
  const [wall, user, system] = stderr.trim().split(/\s+/).map(Number);
  return { wall, cpu: user + system };
}

/** What reading text costs at least. grep stops at the first line found when it writes to /dev/null itself. */
export const readers = (file) => [
  { name: 'wc -l', run: () => timed(`wc -l '${file}'`) },
  { name: 'grep -c', run: () => timed(`grep -c resumed '${file}' | cat`) },
];

/** A stage of perfscope in a process of its own. */
export function stage(name, file, jobs = 1, signatures = '') {
  const args = [here('stage.js'), name, file, String(jobs), signatures];
  const text = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const facts = JSON.parse(text.trim().split('\n').at(-1));
  if (facts.code > 0) throw new Error(`${name} ${file}: exit code ${facts.code}`);
  return facts;
}

/**
 * `--help`, and the way to the first progress line on a terminal that script(1) makes; the same of Node alone, which is the least that
 * both can take. Times to first lines are null where there is no script(1).
 */
export async function startUp(file, signatures) {
  const node = `'${process.execPath}'`;
  const bare = timed(`${node} -e 0`);
  const help = timed(`${node} '${PERFSCOPE}' --help`);
  if (!installed('script')) return { bare, help, bareLine: null, firstLine: null };
  const bareLine = await untilOutput([process.execPath, '-e', 'process.stderr.write(String(process.pid))']);
  const firstLine = await untilOutput([process.execPath, PERFSCOPE, 'analyze', file, '-s', signatures]);
  return { bare, help, bareLine, firstLine };
}

/** Seconds until a command writes something to its terminal. */
function untilOutput(args) {
  const begun = performance.now();
  return new Promise((resolve) => {
    const env = { ...process.env, TERM: 'xterm', CI: '' };
    const child = spawn('script', ['-qec', quoted(args), '/dev/null'], { env });
    let seconds;
    child.stdout.once('data', () => {
      seconds = (performance.now() - begun) / 1000;
      child.kill();
    });
    // Not before it has ended: it would slow what is measured next.
    child.once('close', () => resolve(seconds));
  });
}

/** Calls in the recording that perf is to read: dd's reads and writes of single bytes. */
const BYTES = 500_000;

/**
 * perf on a recording of its own and perfscope on the text of it; nothing where perf is not installed or may not record.
 * @returns {{ text: string, events: number, tools: { name: string, run: () => object }[] } | null}
 */
export function perfTools(folder) {
  if (!installed('perf')) return null;
  const data = path.join(folder, 'perf.data');
  const text = path.join(folder, 'perf.txt');
  const record = `perf record -e 'raw_syscalls:*' -o '${data}' dd if=/dev/zero of=/dev/null bs=1 count=${BYTES}`;
  const fields = '--ns -F comm,pid,tid,cpu,time,event,trace';
  if (
    timed(record) === null ||
    spawnSync('bash', ['-c', `perf script -i '${data}' ${fields} > '${text}'`]).status !== 0
  )
    return null;
  return {
    text,
    megabytes: statSync(data).size / 1e6,
    tools: [
      { name: 'perf script, to text', run: () => timed(`perf script -i '${data}' ${fields}`) },
      { name: 'perf trace -s', run: () => timed(`perf trace -i '${data}' -s`) },
    ],
    remove: () => [data, text].forEach((f) => rmSync(f)),
  };
}
