/** Texts of millions of incidents, in pieces: a string of JavaScript ends at half a gigabyte. */

/** About so many characters are written at once. */
const PIECE = 2 ** 20;

/** `JSON.stringify(document, null, 1)` and a line end, with no more than an element of the document's own lists at a time. */
export function jsonPieces(document: object): Generator<string> {
  return inPieces(jsonParts(document));
}

function* jsonParts(document: object): Generator<string> {
  const entries = Object.entries(document).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return yield '{}\n';
  let before = '{\n';
  for (const [key, value] of entries) {
    yield `${before} ${JSON.stringify(key)}: `;
    before = ',\n';
    if (Array.isArray(value) && value.length > 0) yield* listParts(value);
    else yield indented(value, 1);
  }
  yield '\n}\n';
}

function* listParts(list: readonly unknown[]): Generator<string> {
  let before = '[\n  ';
  for (const element of list) {
    yield before + indented(element, 2);
    before = ',\n  ';
  }
  yield '\n ]';
}

/** As `JSON.stringify` writes a value that lies so deep. */
function indented(value: unknown, depth: number): string {
  const text = JSON.stringify(value, null, 1) ?? 'null';
  return text.replaceAll('\n', `\n${' '.repeat(depth)}`);
}

/** Lines with their ends. */
export function* linePieces(lines: Iterable<string>): Generator<string> {
  yield* inPieces(ended(lines));
}

function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

function* inPieces(parts: Iterable<string>): Generator<string> {
  let held: string[] = [];
  let length = 0;
  for (const part of parts) {
    held.push(part);
    length += part.length;
    if (length < PIECE) continue;
    yield held.join('');
    held = [];
    length = 0;
  }
  if (held.length > 0) yield held.join('');
}
