/** What a web page or XML did to lines: entities for what would be markup, tags round and between lines. */
import { isKnown, isRecord } from './known-lines.js';
import { type Mark, many } from './mark.js';
import { hasEntities } from './perf-frames.js';

const ENTITY = /&(?:lt|gt|quot|amp|apos|nbsp|#\d{1,5}|#x[0-9a-f]{1,4});/gi;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', apos: "'", nbsp: ' ' };
/** Tags that stand round and between lines of a page; a decoration (`3<socket:[12]>`) is escaped there. */
const TAG =
  /<\/?(?:html|body|pre|code|samp|tt|p|br|div|span|td|tr|table|tbody|li|ul|ol|b|i|em|strong|a|blockquote|\w+:\w+)(?:\s[^<>]*)?\/?>/gi;
/** Behind a result and at the beginning of a second half no string can be: there an entity is none of the program's. */
const HTML_SIGN =
  /^ *(?:\[pid +)?\d+&(?:amp;)?(?:lt|#60|#x3c);[^&<>"]*&(?:amp;)?(?:gt|#62|#x3e);|\b(?:fd|epfd|dfd): \d+&(?:amp;)?(?:lt|#60|#x3c);|&(?:amp;)?(?:lt|#60|#x3c);(?:\d+\.\d+|unfinished \.\.\.)(?:&(?:amp;)?(?:gt|#62|#x3e);|>)\s*(?:<[^<>]*>)*$|&(?:amp;)?(?:lt|#60|#x3c);\.\.\. \w+ resumed(?:&(?:amp;)?(?:gt|#62|#x3e);|>)/i;
/** An element of XML round a line, and one that begins before it. */
const ELEMENT = /^\s*<([a-z][\w:.-]*)(?:\s[^<>]*)?>(.*)<\/\1>\s*$/i;
const OPENED = /^\s*<[a-z][\w:.-]*(?:\s[^<>]*)?>/i;
/** Colours of a page, outside strings. */
const SPAN = /^[^"]*<span[ >]/;
/** What stands before the text of a listing, in the same line. */
const PREFORMATTED = /^.*<pre(?:\s[^<>]*)?>/i;
/** Between two cells of a table: of the number of a line and the line, mostly. */
const CELLS = /<\/td>\s*<td(?:\s[^<>]*)?>/gi;

export const WEB_PAGE: Mark = {
  id: 'html',
  what: 'HTML entities',
  sign: (lines) =>
    lines.some((line) => HTML_SIGN.test(line) || hasEntities(line)) ||
    many(lines, SPAN) ||
    (many(lines, ELEMENT) && lines.some((line) => isRecord(ofPage(ELEMENT.exec(line)?.[2] ?? '')))) ||
    (lines.some((line) => /[(,] ?&(?:amp;)?(?:quot|#34|#x22);/i.test(line)) &&
      !lines.some((line) => line.includes('"'))),
  undo: (line) => {
    const shown = ofPage(line.replace(PREFORMATTED, ''));
    if (isKnown(shown)) return shown;
    // Whatever its elements are called.
    const inside = [ELEMENT.exec(line)?.[2] ?? line, line.replace(OPENED, '')].map(ofPage);
    return inside.find(isKnown) ?? ofPage(line);
  },
};

function ofPage(line: string): string {
  return line.replace(CELLS, '\t').replace(TAG, '').replace(ENTITY, characterOf);
}

function characterOf(entity: string): string {
  const name = entity.slice(1, -1);
  const code =
    name[0] !== '#' ? NaN : name[1]!.toLowerCase() === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  if (Number.isNaN(code)) return NAMED[name.toLowerCase()] ?? entity;
  return code === 0xa0 ? ' ' : code >= 32 && code < 127 ? String.fromCharCode(code) : entity;
}
