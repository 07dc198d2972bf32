// What each strace case of the bug set costs an event in parsing and in the whole analysis, multiplied: `stages.js --case all`.
// Cases differ by much more than the processor: lengths of lines, calls of two lines, threads, short processes.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { BUGS, multiply } from './multiply.js';
import { textTable } from './text-table.js';
import { PERFSCOPE, stage, timed } from './tools.js';

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const filesOf = (id, beginning) => readdirSync(path.join(BUGS, id)).filter((file) => file.startsWith(beginning));

/** Cases whose incident is strace text. */
export const straceCases = () =>
  readdirSync(BUGS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && filesOf(entry.name, 'incident.strace').length > 0)
    .map(({ name }) => name);

/** The case's signatures, learned once a folder. */
export function signaturesOf(id, folder) {
  const signatures = path.join(folder, `${id}.signatures.json`);
  const profiles = filesOf(id, 'profile').map((file) => `'${path.join(BUGS, id, file)}'`);
  if (!existsSync(signatures))
    timed(`'${process.execPath}' '${PERFSCOPE}' learn -q ${profiles.join(' ')} -o '${signatures}'`);
  return signatures;
}

/**
 * One case at one size: events, and of each stage the median of its CPU seconds.
 * @param {{ id: string, bytes: number, rounds: number, folder: string }} what
 */
async function ofCase({ id, bytes, rounds, folder }) {
  const file = path.join(folder, `${id}.strace.txt`);
  const signatures = signaturesOf(id, folder);
  const made = await multiply(file, { kind: 'strace', id, bytes });
  const found = { parse: [], analyze: [] };
  let events = 0;
  for (let round = 0; round < rounds; round++) {
    const parsed = stage('parse', file);
    events = parsed.events;
    found.parse.push(parsed.cpu);
    found.analyze.push(stage('analyze', file, 1, signatures).cpu);
  }
  rmSync(file);
  return {
    ...{ id, copies: made.copies, megabytes: made.bytes / 1e6, events },
    ...{ parse: median(found.parse), analyze: median(found.analyze) },
  };
}

/** Geometric mean, best and worst of the CPU an event of a stage, ns. */
export function summary(rows, name) {
  const perEvent = rows.map((row) => ({ id: row.id, ns: (row[name] / row.events) * 1e9 })).sort((a, b) => a.ns - b.ns);
  const mean = Math.exp(perEvent.reduce((sum, { ns }) => sum + Math.log(ns), 0) / perEvent.length);
  return { mean, best: perEvent[0], worst: perEvent.at(-1) };
}

function table(rows, markdown) {
  const best = { parse: summary(rows, 'parse').best.ns, analyze: summary(rows, 'analyze').best.ns };
  const lines = [['case', 'MB', 'M events', 'parse, ns an event', '/ best', 'analyze, ns an event', '/ best']];
  for (const row of [...rows].sort((a, b) => b.parse / b.events - a.parse / a.events)) {
    const ns = (name) => (row[name] / row.events) * 1e9;
    lines.push([
      ...[row.id, row.megabytes.toFixed(0), (row.events / 1e6).toFixed(2)],
      ...['parse', 'analyze'].flatMap((name) => [ns(name).toFixed(0), (ns(name) / best[name]).toFixed(2)]),
    ]);
  }
  return textTable(lines, markdown);
}

/** Every case at every size, as text: a table a size, and what is best, worst and in the middle. */
export async function everyCase({ sizes, ids, rounds, folder, markdown, say }) {
  const out = [];
  for (const { size, bytes } of sizes) {
    const rows = [];
    for (const id of ids) {
      rows.push(await ofCase({ id, bytes, rounds, folder }));
      say(JSON.stringify(rows.at(-1)));
    }
    out.push(`${markdown ? '### ' : ''}Every strace case at ${size}`, '', table(rows, markdown), '');
    for (const name of ['parse', 'analyze']) {
      const { mean, best, worst } = summary(rows, name);
      const times = (worst.ns / best.ns).toFixed(2);
      const line =
        `${name}: geometric mean ${mean.toFixed(0)} ns of CPU an event, ` +
        `worst ${worst.ns.toFixed(0)} (${worst.id}), ${times} times the best, ${best.ns.toFixed(0)} (${best.id})`;
      out.push(`${markdown ? '- ' : ''}${line}`);
    }
    out.push('');
  }
  return out.join('\n');
}
