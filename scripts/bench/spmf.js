// Episode mining beside SPMF's AFEM and EMMA: one unit of 100,000 calls, CPU seconds of whole processes, all their threads and
// their start included.
//
//     SPMF_CLASSPATH=spmf.jar node scripts/bench/spmf.js [--json] [--rounds 5] [--support 1000] [--limit 120] [--case redis-849]...
//
// Without SPMF_CLASSPATH it says what SPMF was published to take. All take turns, round by round, after a round that only
// counts what each finds, so ratios hold on a machine with other things to do; a figure is the median of the rounds. What does
// not end within the limit (seconds) and 4 GB of Java's memory is not run again.
//
// The same task cannot be put to both. SPMF knows windows only: with window w it finds all frequent episodes, whatever their
// gaps, that lie within w events, and counts every event that starts one (head frequency). perfscope finds the closed ones
// within a length and a gap, and counts those that do not overlap. So each is set beside its like:
// - contiguous, 8 calls: no window means no gaps, but in one of 2 are just single calls and neighbours, the least that SPMF
//   can be asked for. What perfscope finds here lies in the one of 8.
// - gapped, 4 calls: in a window of 4 are at most 4 calls, with at most 2 others between two of them.
// - gapped, 8 calls: a window of 8 holds as many, though perfscope's may span 22.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inputsOf, median } from './calls.js';
import { timed } from './tools.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    support: { type: 'string', default: '1000' },
    limit: { type: 'string', default: '120' },
    case: { type: 'string', multiple: true },
  },
});
const CALLS = 100_000;
const ROUNDS = Number(values.rounds);
const minSupport = Number(values.support);
const classpath = process.env.SPMF_CLASSPATH;

/** AFEM and EMMA at support 1,000 and window 4, the start of the JVM included: measured elsewhere on a comparable machine. */
const PUBLISHED = { AFEM: 0.28, EMMA: 0.4 };
const ALGORITHMS = classpath ? Object.keys(PUBLISHED) : [];
const TASKS = [
  { name: 'contiguous 8', options: { minSupport, maxLength: 8, maxGap: 0 }, window: 2 },
  { name: 'gapped 4', options: { minSupport, maxLength: 4, maxGap: 2 }, window: 4 },
  { name: 'gapped 8', options: { minSupport, maxLength: 8, maxGap: 2 }, window: 8 },
];

const folder = mkdtempSync(path.join(os.tmpdir(), 'spmf-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const [binary, text, found] = ['calls.bin', 'calls.txt', 'found.txt'].map((name) => path.join(folder, name));
const node = `'${process.execPath}'`;
/** SPMF's own command line; it takes `run` and what follows, or `version`, which only starts it. */
const java = `java -Xmx4g -cp '${classpath}' ca.pfv.spmf.gui.Main`;

function perfscope({ name, options }) {
  const args = [fileURLToPath(new URL('mine-once.js', import.meta.url)), binary, JSON.stringify(options)];
  return {
    name,
    command: [node, ...args.map((a) => `'${a}'`)].join(' '),
    outcome: () => JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })),
  };
}

function spmf(algorithm, { window }) {
  return {
    name: `${algorithm} ${window}`,
    // `true`: there are no times in the file, so each line is one later than the one before.
    command: `${java} run ${algorithm} '${text}' '${found}' ${minSupport} ${window} true`,
    // A line an episode. The exit code is 0 even if SPMF says that it knows no such algorithm; then there is no file.
    outcome: () => ({ episodes: readFileSync(found).filter((byte) => byte === 10).length, support: minSupport }),
    writes: found,
  };
}

const PROGRAMS = TASKS.flatMap((task) => [perfscope(task), ...ALGORITHMS.map((algorithm) => spmf(algorithm, task))]);

/** What each program finds, and its CPU seconds; null where it does not end. */
function compare(calls) {
  writeFileSync(binary, calls);
  writeFileSync(text, calls.join('\n') + '\n');
  const run = ({ command }) => timed(`timeout ${values.limit} ${command}`);
  const outcomes = PROGRAMS.map((program) => {
    rmSync(found, { force: true });
    return run(program) !== null && existsSync(program.writes ?? binary) ? program.outcome() : null;
  });
  const seconds = PROGRAMS.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    PROGRAMS.forEach((program, i) => outcomes[i] !== null && seconds[i].push(run(program)?.cpu ?? Infinity));
  return Object.fromEntries(
    PROGRAMS.map(({ name }, i) => [name, outcomes[i] && { ...outcomes[i], cpuSeconds: median(seconds[i]) }]),
  );
}

/** CPU seconds of the bare start of each, which every figure has in it. */
function starts() {
  const commands = { node: `${node} -e 0`, ...(classpath && { java: `${java} version` }) };
  const seconds = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const times = timed(command);
      if (!times) throw new Error(`this fails: ${command}`);
      seconds[name].push(times.cpu);
    }
  }
  return Object.fromEntries(Object.entries(seconds).map(([name, list]) => [name, median(list)]));
}

if (!classpath && !values.json) {
  const published = Object.entries(PUBLISHED).map(([name, seconds]) => `${name} ${seconds}`);
  console.log(`SPMF is not there: SPMF_CLASSPATH names none. Published, window 4: ${published.join(', ')}`);
}
const start = starts();
const rows = [];
/** The support is told where there were so many episodes that it was raised. */
function cell(result) {
  if (!result) return '-';
  const raised = result.support === minSupport ? '' : ` at ${result.support}`;
  return `${result.cpuSeconds.toFixed(2)} (${result.episodes}${raised})`;
}
const line = (cells) => values.json || console.log(`| ${cells.join(' | ')} |`);
if (!values.json) {
  const begun = Object.entries(start).map(([name, seconds]) => `${name} ${seconds.toFixed(3)}`);
  console.log(
    `CPU seconds (episodes) at support ${minSupport}; -: not in ${values.limit} s; start: ${begun.join(', ')}`,
  );
}
line(['', ...PROGRAMS.map(({ name }) => name)]);
line(['---', ...PROGRAMS.map(() => '---:')]);
for (const { name, calls } of await inputsOf(CALLS, values.case)) {
  if (calls.length < CALLS) continue;
  const results = compare(calls);
  rows.push({ input: name, results });
  line([name, ...Object.values(results).map(cell)]);
}

/** perfscope's CPU by SPMF's: the largest, and the inputs where it takes more. What SPMF does not end is counted as less. */
const ratios = TASKS.flatMap(({ name, window }) =>
  ALGORITHMS.map((algorithm) => {
    const all = rows.map(({ input, results }) => {
      const theirs = results[`${algorithm} ${window}`];
      return { input, ratio: theirs ? results[name].cpuSeconds / theirs.cpuSeconds : 0 };
    });
    return {
      task: name,
      algorithm,
      window,
      most: Math.max(...all.map((r) => r.ratio)),
      over: all.filter((r) => r.ratio > 1),
    };
  }),
);
if (values.json)
  console.log(JSON.stringify({ rounds: ROUNDS, minSupport, start, rows, ratios, published: PUBLISHED }, null, 1));
else
  for (const { task, algorithm, window, most, over } of ratios) {
    const where = over.map(({ input, ratio }) => `${input} ${ratio.toFixed(2)}`).join(', ');
    console.log(`${task} by ${algorithm} ${window}: at most ${most.toFixed(2)} x; more on: ${where || 'none'}`);
  }
