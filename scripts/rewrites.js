// How shipped cases fare when their incident is recorded in another way: `node scripts/rewrites.js [CASE...]` (after `npm run build`).
// Each strace incident, recorded with -f -ttt -T, is rewritten to what strace prints with other options, analysed with the
// signatures of the case, and compared with the original. With `--write`, the table goes to docs/formats.md.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { analyzeIncident, learn, sentence } from '../dist/src/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const bugs = path.join(root, 'datasets', 'bugs');
const SAMPLE = ['haproxy-fad0318', 'redis-849'];

const LINE = /^(\d+) +(\d+)\.(\d{6}) (.*)$/;
const DURATION = / <\d+\.\d{6}>$/;
const bare = (rest) => rest.replace(DURATION, '');
const two = (n) => String(n).padStart(2, '0');
const dayTime = (s) => `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
const difference = (us) => `${String(Math.floor(us / 1e6)).padStart(6)}.${String(us % 1e6).padStart(6, '0')}`;
const file = (lines) => ({ 'incident.strace': lines.join('\n') + '\n' });

/** The lines, each with its thread, its time in seconds and microseconds, the microseconds since the line before, and the rest. */
function linesOf(text) {
  let last = -1;
  return text.split('\n').flatMap((line) => {
    const [, tid, seconds, micros, rest] = LINE.exec(line) ?? [];
    if (rest === undefined) return [];
    const us = Number(seconds) * 1e6 + Number(micros);
    const since = last < 0 ? 0 : us - last;
    last = us;
    return [{ tid: tid.padEnd(5), seconds: Number(seconds), micros, us, since, rest }];
  });
}

/** Files of strace -ff: a thread each, a call on one line, at the time of its entry. `time(us, before)`: before in any file. */
function perThread(lines, time, edit) {
  const open = new Map();
  const entries = [];
  for (const { tid, us, rest } of lines) {
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (resumed !== null) {
      const entry = open.get(tid);
      if (entry !== undefined) entry.rest += resumed[1];
      open.delete(tid);
      continue;
    }
    const begun = / <unfinished \.\.\.>$/.exec(rest);
    const entry = { tid, us, rest: begun === null ? rest : rest.slice(0, begun.index) };
    if (begun !== null) open.set(tid, entry);
    entries.push(entry);
  }
  for (const entry of open.values()) entry.rest += ' <unfinished ...>';
  const files = {};
  let before = entries[0].us;
  for (const { tid, us, rest } of entries) {
    (files[`t.${tid.trim()}`] ??= []).push(time(us, before) + edit(rest));
    before = us;
  }
  return Object.fromEntries(Object.entries(files).map(([name, list]) => [name, list.join('\n') + '\n']));
}

const epoch = (us) => `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')} `;
const relative = (us, before) => `${difference(us - before)} `;
const same = (rest) => rest;

const REWRITES = {
  '`-ttt -T`, as recorded': (lines) => file(lines.map((l) => `${l.tid} ${epoch(l.us)}${l.rest}`)),
  '`-ttt`': (lines) => file(lines.map((l) => `${l.tid} ${epoch(l.us)}${bare(l.rest)}`)),
  '`-tt -T`': (lines) => file(lines.map((l) => `${l.tid} ${dayTime(l.seconds)}.${l.micros} ${l.rest}`)),
  '`-tt`': (lines) => file(lines.map((l) => `${l.tid} ${dayTime(l.seconds)}.${l.micros} ${bare(l.rest)}`)),
  '`-t -T`': (lines) => file(lines.map((l) => `${l.tid} ${dayTime(l.seconds)} ${l.rest}`)),
  '`-t`': (lines) => file(lines.map((l) => `${l.tid} ${dayTime(l.seconds)} ${bare(l.rest)}`)),
  '`-r -T`': (lines) => file(lines.map((l) => `${l.tid} ${difference(l.since)} ${l.rest}`)),
  '`-r`': (lines) => file(lines.map((l) => `${l.tid} ${difference(l.since)} ${bare(l.rest)}`)),
  '`-T`': (lines) => file(lines.map((l) => `${l.tid} ${l.rest}`)),
  'neither times nor `-T`': (lines) => file(lines.map((l) => `${l.tid} ${bare(l.rest)}`)),
  '`-ff -ttt -T`': (lines) => perThread(lines, epoch, same),
  '`-ff -r -T`': (lines) => perThread(lines, relative, same),
  '`-ff -r`': (lines) => perThread(lines, relative, bare),
  '`-tt -T` from a terminal, behind `> `': (lines) =>
    file(lines.map((l) => `> [pid ${l.tid.trim().padStart(5)}] ${dayTime(l.seconds)}.${l.micros} ${l.rest}`)),
  '`-ttt -T` behind a prefix of journald': (lines) =>
    file(lines.map((l) => `Nov 23 ${dayTime(l.seconds)} db1 strace[77]: ${l.tid} ${epoch(l.us)}${l.rest}`)),
  '`-ttt -T`, from the middle of a line to the middle of another': (lines) => {
    const text = file(lines.map((l) => `${l.tid} ${epoch(l.us)}${l.rest}`))['incident.strace'];
    return { 'incident.strace': text.slice(Math.floor(text.length * 0.02) + 7, Math.floor(text.length * 0.99) + 7) };
  },
};

/** What is told of how the recording limits the analysis, in the words of perfscope. */
const LIMITS = new Set(['no-times', 'no-durations', 'coarse-times', 'differences-between-files', 'truncated-input']);

async function outcome(files, signatures) {
  const folder = mkdtempSync(path.join(tmpdir(), 'perfscope-rewrites-'));
  try {
    const names = Object.keys(files);
    const trace = names.length === 1 ? folder : path.join(folder, 'ff');
    mkdirSync(trace, { recursive: true });
    for (const name of names) writeFileSync(path.join(trace, name), files[name]);
    const input = names.length === 1 ? path.join(trace, names[0]) : trace;
    const { verdict, suspects, warnings } = await analyzeIncident(input, { signatures });
    const first = suspects.filter(({ rank }) => rank === suspects[0].rank).map((s) => s.function);
    return { verdict, first, said: warnings.filter(({ code }) => LIMITS.has(code)) };
  } catch (error) {
    return { verdict: `refused: ${error.message.slice(0, 80)}`, first: [], said: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const args = process.argv.slice(2);
const given = args.filter((a) => !a.startsWith('--'));
const cases = given.length > 0 ? given : SAMPLE;
const only = args.find((a) => a.startsWith('--only='))?.slice(7);
const rows = new Map(Object.keys(REWRITES).map((name) => [name, []]));
const limits = new Map();
for (const id of cases) {
  const folder = path.join(bugs, id);
  const profiles = readdirSync(folder).filter((name) => name.startsWith('profile-'));
  const { signatures } = await learn(
    profiles.map((name) => path.join(folder, name)),
    { coverage: false },
  );
  const lines = linesOf(gunzipSync(readFileSync(path.join(folder, 'incident.strace.gz'))).toString('latin1'));
  let original = null;
  for (const [name, rewrite] of Object.entries(REWRITES)) {
    if (original !== null && only !== undefined && !name.includes(only)) continue;
    const found = await outcome(rewrite(lines), signatures);
    original ??= found;
    for (const message of found.said) limits.set(name, sentence(message, { clock: 'none', startedAt: 0 }));
    const sameFirst = original.first.length === 0 || found.first.some((f) => original.first.includes(f));
    const shown = `${found.verdict}, ${found.first[0] ?? 'none'}`;
    const kept = found === original ? shown : found.verdict === original.verdict && sameFirst ? 'same' : shown;
    rows.get(name).push(kept);
    process.stderr.write(`${id}: ${name}: ${kept}\n`);
  }
}

const head = ['recorded with', ...cases];
const table = [head, head.map(() => '---'), ...[...rows].map(([name, cells]) => [name, ...cells])];
const markdown = table.map((row) => `| ${row.join(' | ')} |`).join('\n');
console.log(markdown);
if (args.includes('--write')) {
  const docs = path.join(root, 'docs', 'formats.md');
  const [begin, end] = ['<!-- rewrites: scripts/rewrites.js -->', '<!-- /rewrites -->'];
  const text = readFileSync(docs, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) throw new Error('docs/formats.md has no place for the table');
  writeFileSync(docs, `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`);
}
