/** Moments as members of JSON objects and columns of tables tell them. */

/** ISO 8601, where a head is read; '' when it is no moment. Numbers are seconds, milli-, micro- or nanoseconds since the epoch. */
export function momentOf(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text)) return text;
  const [, seconds, fraction] = /^(1\d{9})(?:\.?(\d{1,9}))?$/.exec(text) ?? [];
  if (seconds === undefined) return '';
  const [whole] = new Date(Number(seconds) * 1000).toISOString().split('.');
  return `${whole}.${fraction ?? '0'}Z`;
}
