// What bad luck and bad will do to a file: bytes, lines, numbers and names changed, doubled, exchanged, cut off.
import { Buffer } from 'node:buffer';

const NUMBERS = [
  '0',
  '-1',
  '1',
  '255',
  '65536',
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '1e308',
  'NaN',
];
const NAMES = ['', '__proto__', '\u001b[2J', '\u202e', 'é', '\0', '<unfinished ...>', '"', ']', '}', ','];

const LINES = [
  (lines, r) => lines.splice(r.below(lines.length), 1 + r.below(5)),
  (lines, r) => lines.splice(r.below(lines.length), 0, lines[r.below(lines.length)]),
  (lines, r) => {
    const [a, b] = [r.below(lines.length), r.below(lines.length)];
    [lines[a], lines[b]] = [lines[b], lines[a]];
  },
  (lines, r) => {
    const at = r.below(lines.length);
    lines[at] = lines[at].slice(0, r.below(lines[at].length + 1));
  },
  (lines, r) => replaceOne(lines, r, /-?\d+(?:\.\d+)?/g, NUMBERS),
  (lines, r) => replaceOne(lines, r, /-?\d+(?:\.\d+)?/g, NUMBERS),
  (lines, r) => replaceOne(lines, r, /[A-Za-z_]\w*/g, NAMES),
  (lines, r) => replaceOne(lines, r, /[^\w\s]+/g, NAMES),
];

/** One in so many texts gets many lines, more than any table of fixed size has room for. */
const SELDOM = 200;
const MANY = 20_000;

/** A line again and again, one of its numbers counting up: that many threads, descriptors, names, moments. */
function repeated(bytes, r) {
  const lines = bytes.toString('latin1').split('\n');
  const at = r.below(lines.length);
  const found = [...lines[at].matchAll(/\d+/g)];
  if (found.length === 0) return bytes;
  const { index, 0: digits } = r.pick(found);
  const [before, after] = [lines[at].slice(0, index), lines[at].slice(index + digits.length)];
  const step = 1 + r.below(9);
  lines.splice(at, 1, ...Array.from({ length: MANY }, (_, n) => `${before}${Number(digits) + n * step}${after}`));
  return Buffer.from(lines.join('\n'), 'latin1');
}

function replaceOne(lines, r, what, by) {
  const at = r.below(lines.length);
  const found = [...lines[at].matchAll(what)];
  if (found.length === 0) return;
  const { index, 0: text } = r.pick(found);
  lines[at] = lines[at].slice(0, index) + r.pick(by) + lines[at].slice(index + text.length);
}

/** Values that stand where others are expected. */
const VALUES = [null, true, 0, -1, 1.5, 2 ** 31, 1e308, '', 'x', '\u001b[2J', [], {}, [null], [[]]];

/** A JSON text with a few values of another kind, gone, or twice. */
function ofOtherShape(bytes, r) {
  const root = { value: JSON.parse(bytes.toString('utf8')) };
  for (let n = 1 + r.below(4); n > 0; n--) {
    let [holder, key] = [root, 'value'];
    // Deeper and deeper, and often to the end.
    while (typeof holder[key] === 'object' && holder[key] !== null && r.below(8) > 0) {
      const keys = Object.keys(holder[key]);
      if (keys.length === 0) break;
      [holder, key] = [holder[key], r.pick(keys)];
    }
    const how = r.below(4);
    if (how === 0 && holder !== root) delete holder[key];
    else if (how === 1 && Array.isArray(holder)) holder.push(holder[key]);
    else holder[key] = JSON.parse(JSON.stringify(r.pick(VALUES)));
  }
  return Buffer.from(JSON.stringify(root.value, null, 1));
}

/** @param {'text' | 'json' | 'bytes'} kind what the bytes are */
export function mutated(bytes, r, kind) {
  if (kind === 'text' && r.below(SELDOM) === 0) return repeated(bytes, r);
  if (kind === 'json' && r.below(3) > 0) return ofOtherShape(bytes, r);
  if (kind !== 'bytes' && r.below(4) > 0) {
    const lines = bytes.toString('latin1').split('\n');
    for (let n = 1 + r.below(4); n > 0 && lines.length > 0; n--) r.pick(LINES)(lines, r);
    return Buffer.from(lines.join('\n'), 'latin1');
  }
  let out = Buffer.from(bytes);
  for (let n = 1 + r.below(8); n > 0 && out.length > 0; n--) out[r.below(out.length)] = r.below(256);
  if (r.below(8) === 0) out = out.subarray(0, r.below(out.length + 1));
  return out;
}
