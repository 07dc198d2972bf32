/** CSV as RFC 4180 has it, lines ended by LF as Unix tools expect. */
export function csvText(
  header: readonly string[],
  rows: readonly (readonly (string | number | boolean | null)[])[],
): string {
  return [header, ...rows].map((row) => row.map(field).join(',')).join('\n') + '\n';
}

function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  // A spreadsheet takes a field that begins with one of =+-@ for a formula; function names may begin with any of them.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
