/** One line of a text that somebody else made. */
export function printable(told: string): string {
  return told.replace(/[^\x20-\x7e]+/g, '?').slice(0, 300);
}
