/**
 * How far the default method's accuracy depends on its parameters: each is moved to half and to double its default, one at a time.
 * Then each server is left out in turn, with all its cases of all sets: for every parameter the value that is best on the other servers
 * is taken, and the left-out server's cases are scored with it. A paired bootstrap over servers says what that is worth against the
 * defaults. Prints Markdown for docs/accuracy.md.
 *
 *   node scripts/sweep.js [BUGSET...] [--also FOLDER]... [--parameter a,b] [--case ID]...
 *
 * default: datasets/bugs, all parameters of the method; ten minutes or more. Each FOLDER of --also is a set of its own, such as
 * injected faults: values are chosen on all sets (each counts the same, however many cases it has), figures are told by set.
 */
import { parseArgs } from 'node:util';
import { evaluate } from '../dist/src/index.js';
import { defaultCacheFolder } from '../dist/src/evaluate/cache-folder.js';
import { findCases, readCase } from '../dist/src/evaluate/case.js';
import { summarise } from '../dist/src/evaluate/evaluation.js';
import { differencesOf } from '../dist/src/evaluate/measures.js';
import { PARAMETERS } from '../dist/src/parameters.js';
import { DIFFERENCE_HEADER, differenceRows } from '../dist/src/report/differences.js';
import { markdownTable } from '../dist/src/report/markdown-text.js';
import { chosenWithout, serversOf } from './sweep/leave-out.js';

const many = { type: 'string', multiple: true, default: [] };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { also: many, parameter: many, case: many },
});
const folders = [positionals.length === 0 ? ['datasets/bugs'] : positionals, ...values.also.map((f) => [f])];
const wanted = values.parameter.flatMap((v) => v.split(','));
const unknown = wanted.filter((name) => PARAMETERS[name]?.group !== 'fused');
if (unknown.length > 0) throw new Error(`no parameter of the default method: ${unknown.join(', ')}`);

/** Ids of the cases of each set that are wanted; undefined: all. */
const asked = await Promise.all(
  folders.map(async (set) => {
    if (values.case.length === 0) return undefined;
    const cases = await Promise.all((await findCases(set)).map(readCase));
    return cases.map((c) => c.truth.id).filter((id) => values.case.includes(id));
  }),
);

/** The rows of each set, of its cases with these ids. */
async function run(parameters, ids = asked) {
  const sets = [];
  for (const [k, set] of folders.entries()) {
    if (ids[k]?.length === 0) {
      sets.push([]);
      continue;
    }
    const options = { methods: ['fused'], parameters, cases: ids[k], cache: defaultCacheFolder() };
    sets.push((await evaluate(set, options)).methods.fused.cases);
  }
  return sets;
}

const HEADER = ['parameters', 'top-1', 'top-3', 'top-5', 'MRR', 'bug said', 'verdicts', 'false alarms'];
const NUMBERS = HEADER.map((_, k) => k).slice(1);
function figures(name, rows) {
  const { guilty, related, bugSaid, verdicts, healthyPrefixes } = summarise(rows).total;
  const ranks = [related.top1, related.top3, related.top5].map((n) => `${n}/${guilty}`);
  const share = ({ right, falseAlarms, of }) => `${right ?? falseAlarms}/${of}`;
  return [name, ...ranks, related.mrr.toFixed(3), share(bugSaid), share(verdicts), share(healthyPrefixes)];
}
const heading = (k) => (folders.length > 1 ? `### ${folders[k].join(', ')}\n` : '');

const defaults = await run({});
const trials = [];
for (const [name, spec] of Object.entries(PARAMETERS)) {
  if (spec.group !== 'fused' || (wanted.length > 0 && !wanted.includes(name))) continue;
  for (const value of [Math.max(spec.min, spec.default / 2), Math.min(spec.max, spec.default * 2)])
    if (value !== spec.default) trials.push({ name, value, sets: await run({ [name]: value }) });
}
for (const k of folders.keys()) {
  const rows = trials.map(({ name, value, sets }) => figures(`${name} = ${value}`, sets[k]));
  console.log(heading(k) + markdownTable(HEADER, [figures('defaults', defaults[k]), ...rows], NUMBERS));
}

const leftOut = folders.map(() => []);
const choices = [];
for (const server of serversOf(defaults)) {
  const chosen = chosenWithout(server, defaults, trials);
  const words = Object.entries(chosen).map(([name, value]) => `${name} = ${value}`);
  choices.push(`- without ${server}: ${words.join(', ') || 'the defaults'}`);
  const own = defaults.map((rows) => rows.filter((r) => r.server === server));
  const sets =
    words.length === 0
      ? own
      : await run(
          chosen,
          own.map((rows) => rows.map((r) => r.id)),
        );
  for (const [k, rows] of sets.entries()) leftOut[k].push(...rows);
}
for (const k of folders.keys()) {
  const rows = [figures('defaults', defaults[k]), figures('chosen on the other servers', leftOut[k])];
  console.log(heading(k) + markdownTable(HEADER, rows, NUMBERS));
  const usual = new Map(defaults[k].map((r) => [r.id, r]));
  const gained = differenceRows(differencesOf(leftOut[k].map((r) => [r, usual.get(r.id)])));
  if (gained.length > 0) console.log(markdownTable(['chosen minus defaults', ...DIFFERENCE_HEADER.slice(1)], gained));
}
console.log(choices.join('\n'));
