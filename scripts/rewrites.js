// How shipped cases fare when their incident is recorded in another way: `node scripts/rewrites.js [CASE...]` (after `npm run build`).
// Each strace incident, recorded with -f -ttt -T, is rewritten to what strace prints with other options, analysed with the
// signatures of the case, and compared with the original. With `--without-times`, all of them are recorded with whole seconds (`-t -T`), with `-T` alone
// and with neither times nor durations, and verdict, first suspect and the rank of the guilty function are compared. With `--write`, the table goes to docs/formats.md; with
// `--cases=FOLDER` the cases are those of another folder.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { analyzeIncident, learn } from '../dist/src/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const SAMPLE = ['haproxy-fad0318', 'redis-849', 'memcached-ae6f426', 'twemproxy-596', 'nginx-274', 'image-size-326'];

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

/** Linux's own numbers (include/uapi/linux, asm-generic, x86) of what decides how a call is read; other flags are all the same. */
const NUMBERS = {
  ...{ AT_FDCWD: -100, AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 },
  ...{ SOCK_STREAM: 1, SOCK_DGRAM: 2, SOCK_RAW: 3, SOCK_NONBLOCK: 0o4000, SOCK_CLOEXEC: 0o2000000, SOL_SOCKET: 1 },
  ...{ O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 0o100, O_EXCL: 0o200, O_TRUNC: 0o1000, O_APPEND: 0o2000 },
  ...{ O_NONBLOCK: 0o4000, O_DIRECTORY: 0o200000, O_CLOEXEC: 0o2000000 },
  ...{ EPOLL_CTL_ADD: 1, EPOLL_CTL_DEL: 2, EPOLL_CTL_MOD: 3, FUTEX_WAIT: 0, FUTEX_WAKE: 1, FUTEX_REQUEUE: 3 },
  ...{ FUTEX_CMP_REQUEUE: 4, FUTEX_WAKE_OP: 5, FUTEX_LOCK_PI: 6, FUTEX_UNLOCK_PI: 7, FUTEX_WAIT_BITSET: 9 },
  ...{ FUTEX_WAKE_BITSET: 10, FUTEX_CLOCK_REALTIME: 256 },
  ...{ F_DUPFD: 0, F_GETFD: 1, F_SETFD: 2, F_GETFL: 3, F_SETFL: 4, F_GETLK: 5, F_SETLK: 6, F_SETLKW: 7 },
  ...{ F_OFD_SETLK: 37, F_OFD_SETLKW: 38, F_DUPFD_CLOEXEC: 1030, CLONE_VM: 0x100, CLONE_FS: 0x200, CLONE_FILES: 0x400 },
  ...{ CLONE_SIGHAND: 0x800, CLONE_THREAD: 0x10000, SEEK_SET: 0, SEEK_CUR: 1, SEEK_END: 2 },
};
const FUTEX_PRIVATE = 128;
const OTHER_FLAG = 1 << 28;
const numberOf = (name) =>
  NUMBERS[name] ??
  (name.startsWith('FUTEX_') && name.endsWith('_PRIVATE') ? NUMBERS[name.slice(0, -8)] + FUTEX_PRIVATE : OTHER_FLAG);
const hexadecimal = (number) => (number < 0 ? String(number) : number === 0 ? '0' : `0x${number.toString(16)}`);

/** Outside strings, what descriptors stand for, and results: names of flags as numbers, as -X raw prints them. */
function rawFlags(rest) {
  const end = rest.search(/\) += -1 E| <unfinished|$/);
  const numbers = rest
    .slice(0, end)
    .replace(
      /"(?:[^"\\]|\\.)*"|<(?:[^<>]|(?<=-)>)*>|0x\w+ \(flags [^)]*\)|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\|[A-Z0-9_]+)*/g,
      (found) => {
        if (found.startsWith('0x')) return found.slice(0, found.indexOf(' '));
        if (!/^[A-Z]/.test(found)) return found;
        return hexadecimal(
          found
            .split('|')
            .reduce((sum, name) => (sum < 0 ? sum : numberOf(name) < 0 ? numberOf(name) : sum | numberOf(name)), 0),
        );
      },
    );
  return numbers + rest.slice(end);
}

/** What a descriptor stands for, outside strings: sockets by their inode, as -y prints them, or not at all. */
const DECORATION = /"(?:[^"\\]|\\.)*"|(?<=[\dD])<(?:[^<>]|(?<=-)>)*(?:<[^<>]*>)?>/g;
const SOCKET = /^<(?:TCP|UDP|UNIX|NETLINK|RAW|PACKET)\S*:\[.*\]>$/;
const withoutPeers = (rest) =>
  rest.replace(DECORATION, (found) => (SOCKET.test(found) ? `<socket:[${inodeOf(found)}]>` : found));
const undecorated = (rest) => rest.replace(DECORATION, (found) => (found.startsWith('"') ? found : ''));
const inodeOf = (text) => [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 999_983, 7);

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
  '`-ttt -T -X raw`': (lines) => file(lines.map((l) => `${l.tid} ${epoch(l.us)}${rawFlags(l.rest)}`)),
  '`-ttt -T -y`': (lines) => file(lines.map((l) => `${l.tid} ${epoch(l.us)}${withoutPeers(l.rest)}`)),
  '`-ttt -T` without `-y`': (lines) => file(lines.map((l) => `${l.tid} ${epoch(l.us)}${undecorated(l.rest)}`)),
  '`-tt -T` from a terminal, behind `> `': (lines) =>
    file(lines.map((l) => `> [pid ${l.tid.trim().padStart(5)}] ${dayTime(l.seconds)}.${l.micros} ${l.rest}`)),
  '`-ttt -T` behind a prefix of journald': (lines) =>
    file(lines.map((l) => `Nov 23 ${dayTime(l.seconds)} db1 strace[77]: ${l.tid} ${epoch(l.us)}${l.rest}`)),
  '`-ttt -T`, from the middle of a line to the middle of another': (lines) => {
    const text = file(lines.map((l) => `${l.tid} ${epoch(l.us)}${l.rest}`))['incident.strace'];
    return { 'incident.strace': text.slice(Math.floor(text.length * 0.02) + 7, Math.floor(text.length * 0.99) + 7) };
  },
};

/** What perfscope tells of how the recording limits the analysis, in short. */
const LIMITS = {
  'no-times': 'no times',
  'no-durations': 'no durations',
  'coarse-times': 'whole seconds',
  'differences-between-files': 'differences between files',
  'truncated-input': 'cut',
};

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
    const ranks = new Map(suspects.map((s) => [s.function, s.rank]));
    return { verdict, first, ranks, said: warnings.flatMap(({ code }) => LIMITS[code] ?? []) };
  } catch (error) {
    return { verdict: `refused: ${error.message.slice(0, 80)}`, first: [], ranks: new Map(), said: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const args = process.argv.slice(2);
const given = args.filter((a) => !a.startsWith('--'));
const only = args.find((a) => a.startsWith('--only='))?.slice(7);
const withoutTimes = args.includes('--without-times');
const bugs = args.find((a) => a.startsWith('--cases='))?.slice(8) ?? path.join(root, 'datasets', 'bugs');
const shipped = readdirSync(bugs).filter((id) => existsSync(path.join(bugs, id, 'incident.strace.gz')));
const cases = given.length > 0 ? given : withoutTimes ? shipped : SAMPLE;

/** Signatures of a case, the lines of its incident, and the functions that are to blame. */
async function loadCase(id) {
  const folder = path.join(bugs, id);
  const profiles = readdirSync(folder).filter((name) => name.startsWith('profile-'));
  const { signatures } = await learn(
    profiles.map((name) => path.join(folder, name)),
    { coverage: false },
  );
  const lines = linesOf(gunzipSync(readFileSync(path.join(folder, 'incident.strace.gz'))).toString('latin1'));
  const { rootCauseFunctions } = JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8'));
  return { signatures, lines, guilty: rootCauseFunctions };
}

const tableOf = (rows) => rows.map((row) => `| ${row.join(' | ')} |`).join('\n');

/** How each case fares in each recording: "same" as the original, or what becomes of verdict and first suspect. */
async function ofRecordings() {
  const rows = new Map(Object.keys(REWRITES).map((name) => [name, []]));
  for (const id of cases) {
    const { signatures, lines } = await loadCase(id);
    let original = null;
    for (const [name, rewrite] of Object.entries(REWRITES)) {
      if (original !== null && only !== undefined && !name.includes(only)) continue;
      const found = await outcome(rewrite(lines), signatures);
      original ??= found;
      const sameFirst = original.first.length === 0 || found.first.some((f) => original.first.includes(f));
      const shown = `${found.verdict}, ${found.first[0] ?? 'none'}`;
      const why = found.said.length > 0 ? ` (${found.said.join(', ')})` : '';
      const kept = found === original ? shown : found.verdict === original.verdict && sameFirst ? 'same' : shown + why;
      rows.get(name).push(kept);
      process.stderr.write(`${id}: ${name}: ${kept}\n`);
    }
  }
  const head = ['recorded with', ...cases];
  return tableOf([head, head.map(() => '---'), ...[...rows].map(([name, cells]) => [name, ...cells])]);
}

const [FULL, SECONDS, DURATIONS, NEITHER] = ['`-ttt -T`, as recorded', '`-t -T`', '`-T`', 'neither times nor `-T`'];

/** What durations alone are worth: how many verdicts stay, and at which rank the guilty function stands, with them and without. */
async function ofDurations() {
  const seen = { [FULL]: [], [SECONDS]: [], [DURATIONS]: [], [NEITHER]: [] };
  for (const id of cases) {
    const { signatures, lines, guilty } = await loadCase(id);
    for (const name of Object.keys(seen)) {
      const { verdict, first, ranks } = await outcome(REWRITES[name](lines), signatures);
      const rank = Math.min(Infinity, ...(guilty ?? []).flatMap((f) => ranks.get(f) ?? []));
      seen[name].push({ id, verdict, first, rank });
    }
    process.stderr.write(
      `${id}: ${Object.values(seen)
        .map((all) => `${all.at(-1).verdict} ${all.at(-1).rank}`)
        .join(', ')}\n`,
    );
  }
  const kept = ({ verdict }, i) => verdict === seen[FULL][i].verdict;
  const sameFirst = ({ first }, i) => {
    const original = seen[FULL][i].first;
    return original.length === 0 || first.some((f) => original.includes(f));
  };
  const guiltyCases = seen[FULL].flatMap((_, i) =>
    Object.values(seen).some((all) => all[i].rank < Infinity) ? [i] : [],
  );
  const mean = (all) => guiltyCases.reduce((sum, i) => sum + 1 / all[i].rank, 0) / guiltyCases.length;
  const worse = cases.filter((_, i) => {
    const [t, n] = [seen[DURATIONS][i], seen[NEITHER][i]];
    return kept(t, i) === kept(n, i) ? t.rank > n.rank : kept(n, i);
  });
  const head = [
    'recorded with',
    `verdicts kept, of ${cases.length}`,
    'first suspects kept',
    'guilty function first',
    'among the first five',
    'mean of 1 / rank',
  ];
  const rows = Object.entries(seen).map(([name, all]) => [
    name,
    all.filter(kept).length,
    all.filter(sameFirst).length,
    all.filter(({ rank }) => rank === 1).length,
    all.filter(({ rank }) => rank <= 5).length,
    mean(all).toFixed(2),
  ]);
  const rankOf = (name, id) => {
    const { rank } = seen[name][cases.indexOf(id)];
    return rank === Infinity ? 'not listed' : rank;
  };
  const listed = worse.map((id) => `${id}: ${[FULL, DURATIONS, NEITHER].map((name) => rankOf(name, id)).join(', ')}`);
  const told =
    worse.length === 0
      ? 'In no case'
      : `In ${worse.length} of ${cases.length} cases (${listed.join('; ')}: ranks as recorded, with \`-T\`, with neither)`;
  return `${tableOf([head, head.map(() => '---'), ...rows])}\n\n${told} \`-T\` alone is worse than neither: a verdict lost, or the guilty function further down.`;
}

const markdown = await (withoutTimes ? ofDurations() : ofRecordings());
console.log(markdown);
if (args.includes('--write')) {
  const docs = path.join(root, 'docs', 'formats.md');
  const name = withoutTimes ? 'durations' : 'rewrites';
  const [begin, end] = [`<!-- ${name}: scripts/rewrites.js -->`, `<!-- /${name} -->`];
  const text = readFileSync(docs, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) throw new Error('docs/formats.md has no place for the table');
  writeFileSync(docs, `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`);
}
