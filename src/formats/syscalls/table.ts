/**
 * Tables of system call numbers. `perf` and CSV files give numbers, which only mean something together with the
 * architecture of the recorded program.
 */

/** Reads a table: names in order of their numbers, `@N` before a name that does not follow the one before it. */
export function syscallTable(text: string): readonly string[] {
  const names: string[] = [];
  let next = 0;
  for (const word of text.trim().split(/\s+/)) {
    if (word.startsWith('@')) next = Number(word.slice(1));
    else names[next++] = word;
  }
  // A hole would read as undefined.
  return Array.from(names, (name) => name ?? '');
}
