// What is to be reached at the largest size, and whether it is.

const row = (result, name) => result.sizes.at(-1).rows.find((r) => r.name === name);
const perCpu = (name) => (result) => {
  const found = row(result, name);
  return found && found.bytes / 1e6 / found.cpu;
};
/** The larger one of a figure of `analyze` with one thread and with two. */
const ofAnalyze = (figure) => (result) => {
  const found = [1, 2].map((n) => row(result, `analyze, ${n} thread${n === 1 ? '' : 's'}`)?.[figure]);
  return found.includes(undefined) ? undefined : Math.max(...found);
};
/** The whole Trace on one thread that has started: every column and every thread filled, and kept. */
const BUILD = 'parse + build, 1 thread, started';
const milliseconds = (seconds) => (typeof seconds === 'number' ? 1000 * seconds : undefined);

/** `of`: the figure, undefined where it was not measured; `least` or `most`: its bound. */
const GOALS = [
  { what: 'parse strace, MB per CPU-s', of: perCpu('parse strace'), least: 400 },
  { what: 'parse strace, CPU by that of wc -l', of: (r) => row(r, 'parse strace')?.byWc, most: 12 },
  { what: `${BUILD}, MB per CPU-s`, of: perCpu(BUILD), least: 400 },
  { what: `${BUILD}, CPU by that of wc -l`, of: (r) => row(r, BUILD)?.byWc, most: 12 },
  {
    what: 'parse + build, speed of 2 threads by that of 1',
    of: (r) => row(r, 'parse + build, 1 thread')?.wall / row(r, 'parse + build, 2 threads')?.wall,
    least: 1.6,
  },
  {
    what: 'parse + build, speed of 2 threads by that of 1, once started',
    of: (r) => row(r, BUILD)?.wall / row(r, 'parse + build, 2 threads, started')?.wall,
    least: 1.6,
  },
  {
    what: 'analyze, CPU by that of parse + build',
    of: (r) => ofAnalyze('byParse')(r) / row(r, BUILD)?.byParse,
    most: 3,
  },
  { what: 'analyze, CPU by that of parse, which keeps nothing', of: ofAnalyze('byParse'), most: 3 },
  { what: 'analyze, peak MB', of: ofAnalyze('peakMb'), most: 1000 },
  { what: '1 M units to outliers, CPU s', of: (r) => row(r, '1 M units to outliers, fused')?.cpu, most: 2 },
  { what: 'parse perf script, MB per CPU-s', of: perCpu('parse perf script'), least: 250 },
  { what: 'parse CSV, MB per CPU-s', of: perCpu('parse CSV'), least: 200 },
  { what: '--help, ms of CPU', of: (r) => milliseconds(r.start.helpCpu), most: 150 },
  { what: 'first progress line, ms', of: (r) => milliseconds(r.start.firstLine), most: 300 },
  {
    what: 'cost a byte at the last size by that at the first',
    of: (r) => (r.growth.length === 0 ? undefined : Math.max(...r.growth.map((g) => g.growth))),
    most: 1.15,
  },
];

/** @returns {{ what: string, goal: string, figure: number | null, reached: boolean | null }[]} null: not measured */
export function goals(result) {
  return GOALS.map(({ what, of, least, most }) => {
    const figure = of(result);
    const measured = figure !== undefined && Number.isFinite(figure);
    return {
      what,
      goal: least === undefined ? `at most ${most}` : `at least ${least}`,
      figure: measured ? figure : null,
      reached: measured ? (least === undefined ? figure <= most : figure >= least) : null,
    };
  });
}
