/** Texts that others wrote, made fit for one line. */
import { visible } from '../lib/visible.js';

/** One line of at most `most` characters, with nothing in it that a terminal obeys. */
export function printable(text: string, most = 300): string {
  const line = visible(text.trim().replace(/\s+/g, ' '));
  const cut = [...line].slice(0, most).join('');
  return cut === line ? line : `${cut}…`;
}
