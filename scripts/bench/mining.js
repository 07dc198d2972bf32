// Speed of episode mining: events per CPU-second on the calls of the shipped cases and on a synthetic random walk, in units
// of 200 calls pooled and in one unit of 100,000; contiguous, and with gaps.
//
//     node scripts/bench/mining.js [--json] [--rounds 5] [--calls 100000] [--case redis-849]...
//
// Everything is mined closed, with the full check of mineClosedEpisodes. A figure is the median of the rounds, after one
// that only warms up; CPU seconds are those of the process (getrusage(2)), so threads of the garbage collector count.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { mineClosedEpisodes } from '../../dist/src/episodes/mine.js';
import { inputsOf, median } from './calls.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '100000' },
    case: { type: 'string', multiple: true },
  },
});
const LIMIT = Number(values.calls);
const UNIT = 200;
const SUPPORT = 100;
const MODES = [
  { name: 'contiguous', options: { minSupport: SUPPORT, maxLength: 8, maxGap: 0 }, wanted: 5 },
  { name: 'gapped', options: { minSupport: SUPPORT, maxLength: 8, maxGap: 2 }, wanted: 0.8 },
];

function measure(calls, unit, options) {
  const offsets = Uint32Array.from({ length: Math.ceil(calls.length / unit) + 1 }, (_, i) =>
    Math.min(i * unit, calls.length),
  );
  // Short ones are repeated, so that a round is longer than the clock's grain.
  const times = Math.max(1, Math.ceil((options.maxGap === 0 ? 5e5 : 1e5) / calls.length));
  let mined = mineClosedEpisodes(calls, offsets, options);
  const seconds = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) mined = mineClosedEpisodes(calls, offsets, options);
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6 / times);
  }
  return { episodes: mined.length, support: mined.minSupport, cpuSeconds: median(seconds) };
}

const inputs = await inputsOf(LIMIT, values.case);
const rows = [];
for (const { name: mode, options } of MODES) {
  for (const unit of [UNIT, LIMIT]) {
    for (const { name, real, calls } of inputs) {
      const { episodes, support, cpuSeconds } = measure(calls, unit, options);
      rows.push({ mode, unit, input: name, real, events: calls.length, episodes, support, cpuSeconds });
      const figure = (calls.length / cpuSeconds / 1e6).toFixed(2).padStart(7);
      if (!values.json)
        console.log(
          `${mode} unit ${unit} ${name.padEnd(24)} ${figure} M events/CPU-s, ${episodes} episodes at ${support}`,
        );
    }
  }
}
const totals = MODES.flatMap(({ name: mode, wanted }) =>
  [UNIT, LIMIT].map((unit) => {
    const own = rows.filter((row) => row.mode === mode && row.unit === unit && row.real);
    const rates = own.map((row) => row.events / row.cpuSeconds);
    const sum = (key) => own.reduce((all, row) => all + row[key], 0);
    return {
      ...{ mode, unit, wanted: wanted * 1e6, cases: own.length, eventsPerCpuSecond: sum('events') / sum('cpuSeconds') },
      ...{ median: median(rates), least: Math.min(...rates), reached: rates.filter((r) => r >= wanted * 1e6).length },
    };
  }),
);
if (values.json)
  console.log(JSON.stringify({ rounds: Number(values.rounds), supportOf: SUPPORT, totals, rows }, null, 1));
else {
  for (const t of totals) {
    const [all, mid, least] = [t.eventsPerCpuSecond, t.median, t.least].map((x) => (x / 1e6).toFixed(2));
    console.log(
      `${t.mode}, units of ${t.unit}: ${all} M events/CPU-s over all cases, median ${mid}, least ${least}; ` +
        `${t.reached} of ${t.cases} reach ${t.wanted / 1e6} M`,
    );
  }
}
