/**
 * Cases with windows of many minutes, made of a bug set's strace incidents by telling their healthy part again and again, and what
 * follows it too if asked; learning runs stay as they are. What `evaluate` says of them is compared with what it says of the set:
 *
 *   node scripts/long-windows.js BUGSET OUT [HEALTHY [AFTER]]        default: 8 times and once
 *   npx perfscope evaluate OUT
 *
 * Calls under way where a part ends have no end, and connections are not opened anew: what is odd at such a seam is no fault of a method.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { findCases } from '../dist/src/evaluate/case.js';

const [set, out, healthy = '8', after = '1'] = process.argv.slice(2);
const times = [healthy, after].map(Number);
if (set === undefined || out === undefined || !times.every((n) => Number.isInteger(n) && n > 0)) {
  console.error('long-windows: expected BUGSET OUT [HEALTHY [AFTER]], how often as whole numbers from 1 on');
  process.exit(2);
}
if (!existsSync(set) || existsSync(out)) {
  console.error(existsSync(set) ? `long-windows: ${out} is there already` : `long-windows: ${set}: no such folder`);
  process.exit(2);
}

const LINE = /^(\s*\d+\s+)(\d+\.\d+)( .*)$/;

/** The lines told `times` times, one after the other; the last one (or, `fromFirst`, the first one) at its own time. */
function again(lines, seconds, times, fromFirst) {
  return Array.from({ length: times }, (_, k) => (fromFirst ? k : k - times + 1)).flatMap((shift) =>
    lines.map(([tid, at, rest]) => `${tid}${(at + shift * seconds).toFixed(6)}${rest}`),
  );
}

let made = 0;
for (const folder of await findCases([set])) {
  const id = path.basename(folder);
  const files = readdirSync(folder);
  const incident = files.find((name) => name.startsWith('incident.strace'));
  const { triggeredAt } = JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8'));
  if (incident === undefined || triggeredAt == null) continue;
  const bytes = readFileSync(path.join(folder, incident));
  const text = (incident.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  const lines = text.split('\n').flatMap((line) => {
    const [, tid, at, rest] = LINE.exec(line) ?? [];
    return rest === undefined ? [] : [[tid, Number(at), rest]];
  });
  const cut = lines.findIndex(([, at]) => at >= triggeredAt);
  if (cut <= 0) continue;
  const [before, follows] = [lines.slice(0, cut), lines.slice(cut)];
  const long = [
    ...again(before, triggeredAt - before[0][1], times[0], false),
    ...again(follows, lines.at(-1)[1] - triggeredAt + 0.001, times[1], true),
  ];
  mkdirSync(path.join(out, id), { recursive: true });
  writeFileSync(
    path.join(out, id, 'incident.strace.gz'),
    gzipSync(Buffer.from(long.join('\n') + '\n', 'latin1'), { level: 3 }),
  );
  for (const name of files.filter((name) => name === 'case.json' || name.startsWith('profile-')))
    symlinkSync(path.resolve(folder, name), path.join(out, id, name));
  made++;
}
console.log(`${made} cases in ${out}`);
