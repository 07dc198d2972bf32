/**
 * How far the default method's accuracy depends on its parameters: each is moved to half and to double its default, one at a time.
 * Then each server is left out in turn: for every parameter the value that is best on the other servers' cases is taken,
 * and the left-out server's cases are scored with it. Prints Markdown tables for docs/accuracy.md.
 *
 *   node scripts/sweep.js [BUGSET...]        default: datasets/bugs; about ten minutes
 */
import { evaluate } from '../dist/src/index.js';
import { PARAMETERS } from '../dist/src/parameters.js';

const folders = process.argv.slice(2);
if (folders.length === 0) folders.push('datasets/bugs');

const run = async (parameters) => {
  const evaluation = await evaluate(folders, { methods: ['fused'], parameters });
  return evaluation.methods.fused.cases;
};

/** Summed merit of cases: reciprocal rank, right verdicts, no false alarms. */
const merit = (cases) =>
  cases.reduce((sum, c) => {
    const guilty = c.category !== 'external' && c.category !== 'none';
    const rank = guilty ? (c.related === null ? 0 : 1 / c.related) : c.verdict === c.category ? 1 : 0;
    return sum + rank - (c.healthyPrefixVerdict === null || c.healthyPrefixVerdict === 'none' ? 0 : 0.5);
  }, 0);

const figures = (cases) => {
  const guilty = cases.filter((c) => c.category !== 'external' && c.category !== 'none');
  const others = cases.filter((c) => !guilty.includes(c));
  const top = (k) => guilty.filter((c) => c.related !== null && c.related <= k).length;
  return {
    guilty: guilty.length,
    top1: top(1),
    top3: top(3),
    top5: top(5),
    mrr: guilty.reduce((s, c) => s + (c.related === null ? 0 : 1 / c.related), 0) / Math.max(1, guilty.length),
    verdicts: `${others.filter((c) => c.verdict === c.category).length}/${others.length}`,
    alarms: cases.filter((c) => c.healthyPrefixVerdict !== null && c.healthyPrefixVerdict !== 'none').length,
  };
};
const row = (name, f) =>
  `| ${name} | ${f.top1} | ${f.top3} | ${f.top5} | ${f.mrr.toFixed(3)} | ${f.verdicts} | ${f.alarms} |`;

const defaults = await run({});
console.log('| parameter | top-1 | top-3 | top-5 | MRR | verdicts | false alarms |\n|---|---|---|---|---|---|---|');
console.log(row('all at their defaults', figures(defaults)));
const tried = new Map();
for (const [name, spec] of Object.entries(PARAMETERS)) {
  if (spec.group !== 'fused') continue;
  for (const value of [spec.default / 2, Math.min(spec.max, spec.default * 2)]) {
    const cases = await run({ [name]: value });
    tried.set(`${name} ${value}`, { name, value, cases });
    console.log(row(`${name} = ${value}`, figures(cases)));
  }
}

const serverOf = (c) => c.system.split(/[\s(]/)[0];
const servers = [...new Set(defaults.map(serverOf))].sort();
const leftOut = [];
const choices = [];
for (const server of servers) {
  const others = (cases) => cases.filter((c) => serverOf(c) !== server);
  const best = new Map();
  for (const { name, value, cases } of tried.values()) {
    const gain = merit(others(cases)) - merit(others(defaults));
    if (gain > 1e-9 && gain > (best.get(name)?.gain ?? 0)) best.set(name, { value, gain });
  }
  const chosen = Object.fromEntries([...best].map(([name, { value }]) => [name, value]));
  choices.push(
    `- without ${server}: ${
      Object.entries(chosen)
        .map(([n, v]) => `${n} = ${v}`)
        .join(', ') || 'the defaults'
    }`,
  );
  const cases = Object.keys(chosen).length === 0 ? defaults : await run(chosen);
  leftOut.push(...cases.filter((c) => serverOf(c) === server));
}
console.log('\n| parameters | top-1 | top-3 | top-5 | MRR | verdicts | false alarms |\n|---|---|---|---|---|---|---|');
console.log(row('defaults', figures(defaults)));
console.log(row('chosen on the other servers', figures(leftOut)));
console.log(`\n${choices.join('\n')}`);
