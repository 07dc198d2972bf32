/**
 * Texts and what is read from them: put `x.txt` into golden/<format>, run with UPDATE_GOLDEN=1, look at
 * `x.expected.json` with care, commit both. strace has tests of its own, strace-golden.test.ts.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectFormat, formatById } from '../../src/formats/index.js';
import { followDescriptors } from '../../src/trace/descriptors.js';
import { readBytes, rowsOf } from './read-text.js';
import { plain } from './strace-text.js';

const cases = ['perf-script', 'perf-trace', 'csv'].flatMap((id) => {
  const folder = new URL(`golden/${id}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => ({ id, file, folder }));
});

describe.each(cases)('$id/$file', ({ id, file, folder }) => {
  const format = formatById(id);
  const bytes = readFileSync(new URL(file, folder));

  it('is read as expected', () => {
    const trace = readBytes(format, bytes);
    followDescriptors(trace);
    const { length, threads, clock, origin, hasDurations, endNs, lines, notices, skipped, truncated } = trace;
    const facts = { length, threads, clock, origin, hasDurations, endNs, lines, notices, skipped, truncated };
    const objects = trace.stacks?.objects ?? [];
    const actual = { ...facts, switches: trace.switches?.length ?? 0, objects, rows: rowsOf(trace) };
    const expected = new URL(file.replace('.txt', '.expected.json'), folder);
    if (process.env.UPDATE_GOLDEN) writeFileSync(expected, JSON.stringify(actual, null, 1) + '\n');
    expect(actual).toEqual(JSON.parse(readFileSync(expected, 'utf8')));
  });

  it.each([1, 700])('is the same cut into pieces of %i bytes', (size) => {
    expect(plain(readBytes(format, bytes, size))).toEqual(plain(readBytes(format, bytes)));
  });

  it('is the same with CRLF', () => {
    const crlf = Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    expect(rowsOf(readBytes(format, crlf))).toEqual(rowsOf(readBytes(format, bytes)));
  });

  it('is recognised', () => expect(detectFormat(bytes, '')?.format.id).toBe(id));
});
