/**
 * What an analysis without signatures is worth: verdicts over the incidents of bug sets and over their healthy beginnings, and, over
 * their oracles (the same incidents with stacks), the functions that a trace's own stacks name. Prints the figures of
 * docs/without-signatures.md.
 *
 *   node scripts/without-signatures.js [BUGSET...]        default: datasets/bugs; under a minute
 */
import { analyzeIncident } from '../dist/src/index.js';
import { blames, findCases, readCase } from '../dist/src/evaluate/case.js';
import { score, verdictRight } from '../dist/src/evaluate/score.js';

const folders = process.argv.slice(2);
if (folders.length === 0) folders.push('datasets/bugs');

const answerOf = ({ verdict, externalResource, suspects }) => {
  return { verdict, externalResource, ranked: suspects.map((s) => ({ name: s.function, score: -s.rank })) };
};
// All of the trace is there, so what learning knows of functions is nothing: related is the root cause, or where it shows.
const NOTHING_LEARNED = { share: new Map([]) };

const cases = await Promise.all((await findCases(folders)).map(readCase));
const verdicts = { right: 0, of: 0, bugs: 0, ofBugs: 0, alarms: 0, prefixes: 0 };
const oracles = { right: 0, of: 0, ranks: [] };
for (const c of cases) {
  const guilty = blames(c.truth.category);
  const incident = answerOf(await analyzeIncident(c.incident, {}));
  verdicts.of++;
  if (guilty) verdicts.ofBugs++;
  const right = verdictRight(c.truth, incident);
  if (right) verdicts.right++;
  if (right && guilty) verdicts.bugs++;
  let prefix = '-';
  if (c.truth.triggeredAt != null) {
    prefix = (await analyzeIncident(c.incident, { to: c.truth.triggeredAt })).verdict;
    verdicts.prefixes++;
    if (prefix !== 'none') verdicts.alarms++;
  }
  let ofOracle = '';
  if (c.oracle !== null) {
    const answer = answerOf(await analyzeIncident(c.oracle, {}));
    oracles.of++;
    if (verdictRight(c.truth, answer)) oracles.right++;
    const ranks = score(c.truth, NOTHING_LEARNED, answer);
    if (guilty) oracles.ranks.push(ranks);
    ofOracle = `| ${answer.verdict} | ${ranks.related ?? '-'} | ${ranks.path ?? '-'} | ${answer.ranked[0]?.name ?? ''} `;
  }
  console.log(
    `| ${c.truth.id} | ${c.truth.category} | ${incident.verdict}${right ? '' : ' !'} | ${prefix} ${ofOracle}|`,
  );
}
const top = (which, k) => oracles.ranks.filter((r) => r[which] !== null && r[which] <= k).length;
const of = oracles.ranks.length;
console.log(
  `\nincidents: ${verdicts.right} of ${verdicts.of} verdicts right (bugs: ${verdicts.bugs} of ${verdicts.ofBugs});`,
);
console.log(`false alarms on healthy beginnings: ${verdicts.alarms} of ${verdicts.prefixes}`);
console.log(`oracles: ${oracles.right} of ${oracles.of} verdicts right`);
for (const which of ['root', 'related', 'path'])
  console.log(`${which}: top-1 ${top(which, 1)}, top-3 ${top(which, 3)}, top-5 ${top(which, 5)} of ${of}`);
