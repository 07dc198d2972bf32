// perf.data read by perfscope against perf script: events per CPU-second of both, and their ratio.
//   node scripts/bench/perf-data.js [FILE.data] [--runs 5] [--least 0]
// Without a file a recording of dd is made (root, perf). perfscope reads with one thread: alone, in a process that has loaded its code, and with all
// that `inspect` does, what Node and the code take to start included. perf script prints the fields that perfscope needs, those of call chains where
// there are any. The runs take turns; medians are compared. --least N: exit code 1 where `inspect` is below that ratio.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PERFSCOPE, installed, stage, timed } from './tools.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, least: { type: 'string', default: '0' } },
});
if (!installed('perf')) {
  process.stdout.write('skipped: there is no perf here\n');
  process.exit(0);
}
const scratch = mkdtempSync(path.join(tmpdir(), 'perfscope-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

function recorded() {
  const file = path.join(scratch, 'dd.data');
  const load = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=1000000'];
  const { status } = spawnSync('perf', [
    'record',
    '-q',
    '-m',
    '64M',
    '-e',
    'raw_syscalls:*',
    '-o',
    file,
    '--',
    ...load,
  ]);
  if (status === 0) return file;
  process.stdout.write('skipped: perf cannot trace here\n');
  process.exit(0);
}

const file = positionals[0] ?? recorded();
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const inspect = `'${process.execPath}' '${PERFSCOPE}' inspect --jobs 1 --no-progress '${file}'`;
const hasChains = spawnSync('perf', ['evlist', '-v', '-i', file], { encoding: 'utf8' }).stdout.includes('CALLCHAIN');
const fields = `comm,pid,tid,cpu,time,event,trace${hasChains ? ',ip,sym,dso' : ''}`;
const script = `perf script --ns -F ${fields} -i '${file}'`;
const said = JSON.parse(
  execFileSync(process.execPath, [PERFSCOPE, 'inspect', '--format', 'json', file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  }),
);
const events = said.trace.lines - said.notices + said.schedulerEvents;
const cpus = { reading: [], inspect: [], perf: [] };
for (let run = 0; run < Number(values.runs); run++) {
  cpus.reading.push(stage('read-started', file).cpu);
  cpus.inspect.push(timed(inspect).cpu);
  cpus.perf.push(timed(script).cpu);
}
const speed = (list) => events / median(list) / 1e6;
const ratio = (list) => (median(cpus.perf) / median(list)).toFixed(1);
const range = (list) => `${Math.min(...list).toFixed(2)} to ${Math.max(...list).toFixed(2)} s`;
const line = (name, list) => `${name.padEnd(20)}${speed(list).toFixed(2)} M events per CPU-second (${range(list)})`;
process.stdout.write(
  `${events} events; perf script -F ${fields}\n` +
    `${line('perfscope, reading', cpus.reading)}, ${ratio(cpus.reading)} x\n` +
    `${line('perfscope inspect', cpus.inspect)}, ${ratio(cpus.inspect)} x\n` +
    `${line('perf script', cpus.perf)}\n`,
);
if (median(cpus.perf) < Number(values.least) * median(cpus.inspect)) process.exitCode = 1;
