/** Pieces of GitHub-flavoured Markdown. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((c) => c.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const rule = `|${header.map((_, k) => (right.includes(k) ? '---:' : '---')).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n') + '\n';
}

/** Text in back quotes, with more of them than the text itself has in a row. */
export function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const quotes = '`'.repeat(longest + 1);
  return longest === 0 ? quotes + text + quotes : `${quotes} ${text} ${quotes}`;
}

/** Text in which nothing is markup: no link, no picture, no HTML, no emphasis. */
export function plain(text: string): string {
  return text.replace(/[\\`*<[\]&~]/g, '\\$&');
}
