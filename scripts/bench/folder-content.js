// What a results folder holds, to be compared with another.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Every file by its name, but for the seconds in the journal. */
function contentOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const files = entries.map((e) => path.join(e.parentPath, e.name));
  const text = (f) => readFileSync(f, 'utf8').replace(/"seconds":[\d.]+/g, '');
  return new Map(files.map((f) => [path.relative(folder, f), text(f)]));
}

/** Says how many files there are and which of them are not the same in both; gives whether all are. */
export function compareFolders(one, other) {
  const [a, b] = [contentOf(one), contentOf(other)];
  const different = [...new Set([...a.keys(), ...b.keys()])].filter((f) => a.get(f) !== b.get(f)).sort();
  console.log(`${a.size} files, different: ${different.length === 0 ? 'none' : different.join(', ')}`);
  return different.length === 0;
}

/** Incidents that a folder's journal has records of. */
export function recordsOf(folder) {
  try {
    return readFileSync(path.join(folder, 'journal.jsonl'), 'utf8').split('\n').length - 2;
  } catch {
    return 0;
  }
}
