// Makes an archive of incidents from the shipped cases: other times, pids and hosts, of sizes from a fiftieth of a case to
// the whole of it, some of them damaged in ten ways. The same arguments give the same archive.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUGS = path.join(ROOT, 'datasets', 'bugs');
const PERFSCOPE = path.join(ROOT, 'dist', 'src', 'cli', 'index.js');
const HOSTS = 12;
const DAY = 86400;

/** mulberry32 by Tommy Ettinger (public domain): small, seeded. */
export function randomFrom(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What can become of a trace between the host and the archive. Each gives [bytes, name of the file]. */
export const DAMAGES = {
  empty: (_, name) => [Buffer.alloc(0), name],
  'cut-off': (text, name) => [gzipSync(text).subarray(0, gzipSync(text).length >> 1), name],
  flipped: (text, name) => [flipped(gzipSync(text)), name],
  'cut-header': (text, name) => [gzipSync(text).subarray(0, 6), name],
  garbage: (text, name) => [Buffer.concat([Buffer.from([0, 1, 2]), flipped(Buffer.from(text.slice(0, 50_000)))]), name],
  'perf-data': (_, name) => [Buffer.concat([Buffer.from('PERFILE2'), Buffer.alloc(4096)]), name],
  'utf-16': (text, name) => [
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text.slice(0, 20_000), 'utf16le')]),
    name,
  ],
  'other-text': (_, name) => [gzipSync('Dear customer,\nplease find the trace attached.\n'.repeat(50)), name],
  // As a disk gives them back that has lost some blocks.
  'lines-lost': (text, name) => [
    gzipSync(text.replace(/^.*$/gm, (line, at) => (at % 10 === 5 ? line.slice(line.length >> 1) : line))),
    name,
  ],
  'no-file': () => [null, ''],
};

function flipped(bytes) {
  const copy = Buffer.from(bytes);
  for (let i = copy.length >> 1; i < copy.length; i += 97) copy[i] ^= 0x5a;
  return copy;
}

/** Other times and pids, in the text of strace or perf script. */
export function moved(text, seconds, pids) {
  const shift = (whole, fraction) => `${Number(whole) + seconds}${fraction}`;
  if (/^\s*\d+\s+\d+\.\d+ /.test(text)) {
    return text
      .replace(/^(\d+)( +)(\d+)(\.\d+ )/gm, (_, pid, gap, s, f) => `${Number(pid) + pids}${gap}${shift(s, f)}`)
      .replace(/((?:clone3?|v?fork)(?:\(| resumed)[^\n]*= )(\d+)/g, (_, before, pid) => before + (Number(pid) + pids));
  }
  return text.replace(
    /^(\s*\S.*?\s+)(\d+)\/(\d+)(\s+\[\d+\]\s+)(\d+)(\.\d+:)/gm,
    (_, comm, pid, tid, cpu, s, f) => `${comm}${Number(pid) + pids}/${Number(tid) + pids}${cpu}${shift(s, f)}`,
  );
}

/** Learns each case once; an incident finds the signatures in the folder above. */
function caseFolder(folder, id) {
  const at = path.join(folder, `app=${id}`);
  mkdirSync(at, { recursive: true });
  const signatures = path.join(at, `${id}.signatures.json`);
  if (!existsSync(signatures)) {
    const files = readdirSync(path.join(BUGS, id)).filter((f) => f.startsWith('profile'));
    const profiles = files.map((f) => path.join(BUGS, id, f));
    execFileSync(process.execPath, [PERFSCOPE, 'learn', '-q', ...profiles, '-o', signatures], { stdio: 'ignore' });
  }
  return at;
}

function readCase(id, file) {
  const whole = gunzipSync(readFileSync(path.join(BUGS, id, file))).toString('latin1');
  const { triggeredAt } = JSON.parse(readFileSync(path.join(BUGS, id, 'case.json'), 'utf8'));
  if (triggeredAt === null || triggeredAt === undefined) return { whole, trigger: whole.length };
  for (const match of whole.matchAll(/^(?:\d+ +|\s*\S.*? +\d+\/\d+ +\[\d+\] +)(\d+\.\d+)/gm))
    if (Number(match[1]) >= triggeredAt) return { whole, trigger: match.index };
  return { whole, trigger: whole.length };
}

/** Whole lines, so many of the case as `share` says, the moment of the bug at three fifths of them. */
function cut(whole, trigger, share) {
  const length = Math.floor(whole.length * share);
  const begin = Math.max(0, Math.min(whole.length - length, trigger - Math.floor(0.6 * length)));
  const lineAt = (at) => (at === 0 ? 0 : whole.indexOf('\n', at - 1) + 1 || whole.length);
  return [lineAt(begin), lineAt(begin + length)];
}

/**
 * @param {string} folder where the archive is to be
 * @param {{ count: number, damaged?: number, seed?: number, cases?: string[], largest?: number }} options `damaged`: share;
 *   `largest`: share of a case that an incident holds at most
 * @returns the incidents: folder, case, damage (null: none), whether the whole case is in it
 */
export function makeArchive(folder, { count, damaged = 0.05, seed = 1, cases, largest = 1 }) {
  const list = path.join(folder, '.made.json');
  if (existsSync(list)) return JSON.parse(readFileSync(list, 'utf8'));
  const random = randomFrom(seed);
  const ids = cases ?? readdirSync(BUGS).filter((id) => existsSync(path.join(BUGS, id, 'case.json')));
  const texts = new Map();
  const made = [];
  const every = damaged > 0 ? Math.round(1 / damaged) : Infinity;
  const kinds = Object.keys(DAMAGES);
  for (let n = 0; n < count; n++) {
    const id = ids[n % ids.length];
    const file = readdirSync(path.join(BUGS, id)).find((f) => f.startsWith('incident'));
    if (!texts.has(id)) texts.set(id, readCase(id, file));
    // Many small ones, few large ones: the share is 2 % to 100 %, its logarithm evenly spread.
    const share = largest * 0.02 ** random();
    const { whole, trigger } = texts.get(id);
    const [from, to] = cut(whole, trigger, share);
    const host = `host=web${1 + Math.floor(random() * HOSTS)}`;
    const text = moved(whole.slice(from, to), Math.floor(random() * 300) * DAY, Math.floor(random() * 30) * 1000);
    const at = path.join(caseFolder(folder, id), host, `incident-${String(n).padStart(4, '0')}`);
    mkdirSync(at, { recursive: true });
    const damage = n % every === every - 1 ? kinds[Math.floor(n / every) % kinds.length] : null;
    const bytes = Buffer.from(text, 'latin1');
    const [content, name] = damage === null ? [gzipSync(bytes, { level: 1 }), file] : DAMAGES[damage](text, file);
    if (content === null) symlinkSync('/nonexistent/incident.strace', path.join(at, 'incident.strace'));
    else writeFileSync(path.join(at, name), content);
    made.push({ folder: at, case: id, damage, bytes: bytes.length });
  }
  writeFileSync(list, JSON.stringify(made));
  return made;
}
