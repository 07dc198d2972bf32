/**
 * Text of unknown origin, made safe to look at: no character that is not seen or that turns the order of others around, and
 * no longer than people read. Applied to all strings of a page at once, so that none is forgotten.
 */
import { shorten } from '../text.js';

/** Sentences hold several names; a name is shorter. */
const LONGEST = 600;
const LONGEST_NAME = 200;

/** Controls, separators that break lines, marks of direction, and what is drawn without width (Unicode: Cc, Cf, Zl, Zp, Co, Cs). */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

export function visible(text: string, longest = LONGEST): string {
  // Cut first: a name may be a megabyte long.
  const cut = text.length > 4 * longest ? `${text.slice(0, 2 * longest)}…${text.slice(-longest)}` : text;
  const seen = cut.replace(UNSEEN, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
  return shorten(seen, longest);
}

/** The same data with every string visible; strings with a space in them are sentences. */
export function allVisible<T>(data: T): T {
  if (typeof data === 'string') return visible(data, data.includes(' ') ? LONGEST : LONGEST_NAME) as T;
  if (Array.isArray(data)) return data.map(allVisible) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, allVisible(value)])) as T;
}
