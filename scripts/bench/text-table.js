/** Cells as lines of text: the first row has the names, the first column is text, the others are numbers. */
export function textTable(rows, markdown) {
  if (markdown) {
    const dashes = rows[0].map((_, c) => (c === 0 ? '---' : '---:'));
    return [rows[0], dashes, ...rows.slice(1)].map((row) => `| ${row.join(' | ')} |`).join('\n');
  }
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '))
    .join('\n');
}
