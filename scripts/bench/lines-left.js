// What share of the lines of each strace case of the bug set the fast reader leaves to the reference reader in JavaScript.
//
//     node scripts/bench/lines-left.js [--most 2] [--markdown] [CASE...]
//
// Pieces are cut as `analyze` cuts them; what kind of line each is that is left is told, too. Exit code 1 when more than `--most` percent of
// the lines of a case are.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { straceCases } from './every-case.js';
import { BUGS } from './multiply.js';
import { textTable } from './text-table.js';

const dist = (file) => import(new URL(`../../dist/src/${file}`, import.meta.url).href);
const { FastLines } = await dist('formats/strace/fast.js');
const { StraceParser } = await dist('formats/strace/parser.js');
const { strace } = await dist('formats/strace/index.js');
const { fileRanges, DEFAULT_CHUNK_BYTES } = await dist('reading/cuts.js');

const { values, positionals } = parseArgs({
  options: { most: { type: 'string', default: '2' }, markdown: { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (FastLines.ofThread() === null) throw new Error('the fast reader cannot run here');

const kindOf = (body) =>
  ['<... ', '+++ ', '--- '].find((mark) => body.startsWith(mark))?.trim() ?? (/^\w+\(/.test(body) ? 'call' : 'other');

/** What the reference reads of a text: kinds of lines. */
async function leftOf(file) {
  const kinds = new Map();
  const { line } = StraceParser.prototype;
  StraceParser.prototype.line = function (bytes, start, cut) {
    const text = Buffer.from(bytes.subarray(start, start + 80)).toString('latin1');
    const kind = kindOf(text.replace(/^(?:\[pid +)?\d+\]? +(?:[\d.:]+ +)?/, ''));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    return line.call(this, bytes, start, cut);
  };
  const descriptor = openSync(file, 'r');
  const handle = await open(file, 'r');
  const first = new Uint8Array(1 << 16);
  const options = strace.prepare(first.subarray(0, readSync(descriptor, first, 0, first.length, 0)), { tid: 0 });
  let lines = 0;
  for await (const { offset, length } of fileRanges(handle, statSync(file).size, strace, DEFAULT_CHUNK_BYTES)) {
    const bytes = new Uint8Array(length);
    readSync(descriptor, bytes, 0, length, offset);
    lines += strace.parseChunk(bytes, options).lines;
  }
  closeSync(descriptor);
  await handle.close();
  StraceParser.prototype.line = line;
  return { lines, kinds, left: [...kinds.values()].reduce((sum, n) => sum + n, 0) };
}

// The first large piece warms the reader up with lines of all shapes, which are no case's.
strace.parseChunk(new Uint8Array(1 << 20).fill(10), { tid: 0 });
const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-lines-'));
const rows = [];
for (const id of positionals.length > 0 ? positionals : straceCases()) {
  const incident = readdirSync(path.join(BUGS, id)).find((file) => file.startsWith('incident.strace'));
  const file = path.join(folder, 'incident.strace');
  writeFileSync(file, gunzipSync(readFileSync(path.join(BUGS, id, incident))));
  rows.push({ id, ...(await leftOf(file)) });
}
rmSync(folder, { recursive: true });
const share = ({ left, lines }) => (100 * left) / lines;
rows.sort((a, b) => share(b) - share(a));
const shown = rows.map((row) => [
  ...[row.id, String(row.lines), String(row.left), share(row).toFixed(3)],
  [...row.kinds].map(([kind, n]) => `${n} ${kind}`).join(', '),
]);
console.log(textTable([['case', 'lines', 'left', '%', 'what'], ...shown], values.markdown));
process.exitCode = rows.some((row) => share(row) > Number(values.most)) ? 1 : 0;
