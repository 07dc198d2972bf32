/** Moments as members of JSON objects and columns of tables tell them. */

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
/** `Mar 5, 2024 @ 10:11:12.123`, as Kibana exports it. */
const KIBANA = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) @ (\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/;
/** Day and month in an order that nothing tells, then the time of day. */
const ANY_DAY = /^\d{1,2}[./-]\d{1,2}[./-]\d{4},? (\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/;
const OF_DAY = /^(\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/;

/** ISO 8601, or a time of day, where a head is read; '' when it is no moment. Numbers are seconds, milli-, micro- or nanoseconds since the epoch. */
export function momentOf(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text)) return text;
  const [, month, day, year, time] = KIBANA.exec(text) ?? [];
  if (month !== undefined) {
    const number = MONTHS.indexOf(month) / month.length + 1;
    return `${year}-${String(number).padStart(2, '0')}-${day!.padStart(2, '0')}T${time}Z`;
  }
  const [, ofDay] = ANY_DAY.exec(text) ?? OF_DAY.exec(text) ?? [];
  if (ofDay !== undefined) return ofDay;
  const [, seconds, fraction] = /^(1\d{9})(?:\.?(\d{1,9}))?$/.exec(text) ?? [];
  if (seconds === undefined) return '';
  const [whole] = new Date(Number(seconds) * 1000).toISOString().split('.');
  return `${whole}.${fraction ?? '0'}Z`;
}
