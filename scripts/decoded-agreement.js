/**
 * How far decoded stacks agree with real ones: of every case with an oracle (the incident with stacks), the stacks of its calls are decoded
 * with the signatures of the case's learning runs, as if it had none, and compared with those that it has. Prints the table of
 * docs/exports.md.
 *
 *   node scripts/decoded-agreement.js [BUGSET...]        default: datasets/bugs; a minute
 */
import { learn } from '../dist/src/index.js';
import { inlinePool } from '../dist/src/pool/inline-pool.js';
import { readTrace } from '../dist/src/reading/ingest.js';
import { findCases, readCase } from '../dist/src/evaluate/case.js';
import { DEFAULT_PARAMETERS as parameters } from '../dist/src/parameters.js';
import { stacksOf } from '../dist/src/stacks/stacks-of.js';

const folders = process.argv.slice(2);
if (folders.length === 0) folders.push('datasets/bugs');

const WEIGHTS = ['calls', 'callTime', 'gapTime'];
const BINS = [0, 0.25, 0.5, 0.75, 0.9, 1.01];

/** Weight of both parts of the window by key, as shares. `of` weighs a stack. */
function shares({ stacks }, of, keyOf) {
  const sums = new Map();
  for (const s of stacks) sums.set(keyOf(s), (sums.get(keyOf(s)) ?? 0) + of(s));
  const total = [...sums.values()].reduce((sum, w) => sum + w, 0);
  for (const [key, w] of sums) sums.set(key, total > 0 ? w / total : 0);
  return sums;
}

const plain = (weight) => (s) => s.before[weight] + s.after[weight];

/**
 * Decoded weights, with each kind of call scaled to what of it has a real stack: a tracer has none of calls that last to the end, say,
 * and these are no measure.
 */
function scaled(decoded, real, weight) {
  const sumsOf = ({ stacks }) => {
    const sums = new Map();
    for (const s of stacks) sums.set(s.call, (sums.get(s.call) ?? 0) + plain(weight)(s));
    return sums;
  };
  const [has, known] = [sumsOf(decoded), sumsOf(real)];
  return (s) => (has.get(s.call) > 0 ? (plain(weight)(s) * (known.get(s.call) ?? 0)) / has.get(s.call) : 0);
}

/** What two distributions have in common, 0..1. */
function overlap(a, b) {
  let common = 0;
  for (const [key, w] of a) common += Math.min(w, b.get(key) ?? 0);
  return common;
}

const stackOf = (s) => [...s.stack, s.call].join(';');
const innermost = (s) => `${s.stack.at(-1) ?? ''};${s.call}`;

const rows = [];
const bins = BINS.slice(1).map(() => ({ right: 0, weight: 0 }));
for (const folder of await findCases(folders)) {
  const c = await readCase(folder);
  if (c.oracle === null) continue;
  const { signatures } = await learn(c.profiles, { coverage: false });
  const { trace } = await readTrace([c.oracle], { pool: inlinePool });
  const input = { trace, signatures, parameters, fromNs: 0, toNs: trace.endNs + 1 };
  const real = stacksOf(input);
  const decoded = stacksOf({ ...input, trace: { ...trace, stacks: null } });
  // Calls of which the tracer itself lost the stack are no measure.
  real.stacks = real.stacks.filter((s) => s.stack[0] !== '(unknown)');
  const compared = (weight, keyOf) =>
    overlap(shares(decoded, scaled(decoded, real, weight), keyOf), shares(real, plain(weight), keyOf));
  const inner = compared('calls', innermost);
  rows.push({ id: c.truth.id, figures: WEIGHTS.map((weight) => compared(weight, stackOf)), inner });
  const truth = shares(real, plain('calls'), stackOf);
  const claim = shares(decoded, scaled(decoded, real, 'calls'), stackOf);
  for (const s of decoded.stacks) {
    const k = stackOf(s);
    const bin = bins[BINS.findIndex((limit) => s.certainty < limit) - 1] ?? bins[0];
    bin.weight += claim.get(k);
    bin.right += Math.min(claim.get(k), truth.get(k) ?? 0);
  }
}
const percent = (x) => `${Math.round(100 * x)} %`;
console.log('| case | stacks, by calls | by time in calls | by time between | innermost function, by calls |');
console.log('|---|---:|---:|---:|---:|');
for (const { id, figures, inner } of rows)
  console.log(`| ${id} | ${figures.map(percent).join(' | ')} | ${percent(inner)} |`);
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
const columns = [0, 1, 2].map((k) => median(rows.map((r) => r.figures[k])));
console.log(`| **median** | ${columns.map(percent).join(' | ')} | ${percent(median(rows.map((r) => r.inner)))} |`);
console.log('\n| certainty | share of calls | of these where the real stacks are |');
console.log('|---|---:|---:|');
bins.forEach(({ weight, right }, i) => {
  const label = `${BINS[i]} to ${Math.min(1, BINS[i + 1])}`;
  console.log(`| ${label} | ${percent(weight / rows.length)} | ${weight > 0 ? percent(right / weight) : '-'} |`);
});
