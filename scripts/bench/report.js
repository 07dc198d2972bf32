// The figures of stages.js as text or Markdown, and whether cost grows linearly.
const HEAD = [
  'what',
  'MB/s',
  'MB per CPU-s',
  'M events/s',
  'M events per CPU-s',
  'CPU s',
  'wall s',
  'peak MB',
  'CPU / wc -l',
  'CPU / parse',
];
/** Cost a byte may be so much larger at the larger size. */
const LINEAR = 1.15;
/** Stages whose cost is fixed for the most part are not looked at below this many CPU seconds. */
const LEAST_SECONDS = 0.1;

const number = (x, digits) => (x === undefined || !Number.isFinite(x) ? '' : x.toFixed(digits));

/** Cells of a row: `row` as stages.js makes it. */
function cells({ name, bytes, events, wall, cpu, peakMb, byWc, byParse }) {
  const mb = bytes / 1e6;
  return [
    name,
    number(mb / wall, 0),
    number(mb / cpu, 0),
    events === undefined ? '' : number(events / 1e6 / wall, 2),
    events === undefined ? '' : number(events / 1e6 / cpu, 2),
    number(cpu, 2),
    number(wall, 2),
    number(peakMb, 0),
    number(byWc, 1),
    number(byParse, 2),
  ];
}

export function table(rows, markdown) {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, c) => Math.max(...lines.map((l) => l[c].length)));
  if (markdown) {
    const line = (l) => `| ${l.join(' | ')} |`;
    return [line(HEAD), `|---|${'---:|'.repeat(HEAD.length - 1)}`, ...lines.slice(1).map(line)].join('\n');
  }
  return lines
    .map((l) => l.map((c, i) => (i === 0 ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join('  '))
    .join('\n');
}

/**
 * Per stage: cost a byte at the largest size, by that at the smallest. Growing slower than linearly (what is fixed) is no fault.
 * @returns {{ name: string, growth: number, ok: boolean }[]}
 */
export function growth(sizes) {
  if (sizes.length < 2) return [];
  const [small, large] = [sizes[0], sizes.at(-1)];
  return small.rows
    .filter(({ stage, cpu, bytes }) => stage && bytes !== undefined && cpu >= LEAST_SECONDS)
    .map(({ name, cpu, bytes }) => {
      const other = large.rows.find((r) => r.name === name);
      const ratio = other.cpu / other.bytes / (cpu / bytes);
      return { name, growth: ratio, ok: ratio <= LINEAR };
    });
}

export function text({ machine, sizes, start, perf, babeltrace, missing, growth: grown, goals }, markdown) {
  const title = (t) => (markdown ? `### ${t}\n` : `${t}\n${'-'.repeat(t.length)}`);
  const out = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; ${machine.system}; Node.js ${machine.node}`,
  ];
  for (const { size, input, rows } of sizes) {
    const { copies, id, events } = input;
    const what = `${copies} × ${id}, ${(events / 1e6).toFixed(2)} M events`;
    out.push('', title(`${size} (${what})`), table(rows, markdown));
  }
  if (perf !== null)
    out.push('', title('perf on its own recording, perfscope on the text of it'), table(perf, markdown));
  if (babeltrace !== null)
    out.push(
      '',
      title(`babeltrace2 on a CTF trace, perfscope on strace text of the same ${babeltrace.calls} calls`),
      table(babeltrace.rows, markdown),
    );
  for (const name of missing) out.push('', `Not compared with ${name}: it is not installed, or may not record.`);
  const ms = (x) => (x === null ? 'not measured' : `${(1000 * x).toFixed(0)} ms`);
  out.push('', `--help: ${ms(start.helpCpu)} of CPU, Node alone ${ms(start.bareCpu)}`);
  out.push('', `First progress line after ${ms(start.firstLine)}, Node alone writes one after ${ms(start.bareLine)}`);
  if (grown.length > 0) {
    out.push('', `Cost a byte at ${sizes.at(-1).size} by that at ${sizes[0].size} (linear: at most ${LINEAR}):`);
    for (const { name, growth: ratio, ok } of grown)
      out.push(`${markdown ? '- ' : '  '}${name}: ${ratio.toFixed(2)}${ok ? '' : ' NOT LINEAR'}`);
  }
  out.push('', title('Goals'), goalTable(goals, markdown));
  return out.join('\n');
}

function goalTable(goals, markdown) {
  const lines = goals.map(({ what, goal, figure, reached }) => {
    const answer = reached === null ? 'not measured' : reached ? 'yes' : 'NO';
    return [what, goal, figure === null ? '' : figure.toFixed(Math.abs(figure) < 20 ? 2 : 0), answer];
  });
  if (markdown)
    return ['| what | goal | | reached |', '|---|---|---:|---|', ...lines.map((l) => `| ${l.join(' | ')} |`)].join(
      '\n',
    );
  const widths = lines[0].map((_, c) => Math.max(...lines.map((l) => l[c].length)));
  return lines
    .map((l) =>
      l
        .map((cell, c) => cell.padEnd(widths[c]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
