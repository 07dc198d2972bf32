/**
 * Text of unknown origin on a page: what is not seen or turns others around is shown as the terminal's reports show it
 * (lib/visible.ts: one rule, so that a name reads the same everywhere), and it is no longer than people read. Applied to all strings of a
 * page at once, so that none is forgotten.
 */
import { shorten } from '../text.js';
import { visible } from '../../lib/visible.js';

/** Sentences hold several names; a name is shorter. */
const LONGEST = 600;
const LONGEST_NAME = 200;

export function visibleShort(text: string, longest = LONGEST): string {
  // Cut first: a name may be a megabyte long.
  const cut = text.length > 4 * longest ? `${text.slice(0, 2 * longest)}…${text.slice(-longest)}` : text;
  return shorten(visible(cut), longest);
}

/** The same data with every string visible; strings with a space in them are sentences. */
export function allVisible<T>(data: T): T {
  if (typeof data === 'string') return visibleShort(data, data.includes(' ') ? LONGEST : LONGEST_NAME) as T;
  if (Array.isArray(data)) return data.map(allVisible) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, allVisible(value)])) as T;
}
