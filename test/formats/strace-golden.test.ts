/**
 * Recordings, and texts that were copied from a terminal (golden/strace-pastes) and what is read from them: put `x.strace` there, run with UPDATE_GOLDEN=1, look at
 * `x.expected.json` with care, commit both. How the first ones were recorded: golden/strace/README.md.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../src/formats/index.js';
import { strace } from '../../src/formats/strace/index.js';
import { dumpTrace } from '../helpers/dump-trace.js';
import { parse, plain } from './strace-text.js';

const cases = ['strace', 'strace-pastes'].flatMap((of) => {
  const folder = new URL(`golden/${of}/`, import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.strace'));
  return files.map((file) => ({ of, file, folder }));
});

describe.each(cases)('$of/$file', ({ of, file, folder }) => {
  const bytes = readFileSync(new URL(file, folder));
  const trace = parse(bytes);

  it('is read as expected', () => {
    const { length, threads, clock, origin, hasDurations, endNs, lines, notices, skipped, truncated } = trace;
    const facts = { length, threads, clock, origin, hasDurations, endNs, lines, notices, skipped, truncated };
    const actual = { ...facts, rows: dumpTrace(trace).split('\n').slice(0, -1) };
    const expected = new URL(file.replace('.strace', '.expected.json'), folder);
    if (process.env.UPDATE_GOLDEN) writeFileSync(expected, JSON.stringify(actual, null, 1) + '\n');
    expect(actual).toEqual(JSON.parse(readFileSync(expected, 'utf8')));
  });

  it('is the same cut line by line, and with CRLF', () => {
    expect(plain(parse(bytes, [1]))).toEqual(plain(trace));
    const crlf = Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    expect(dumpTrace(parse(crlf))).toBe(dumpTrace(trace));
  });

  it('is recognised', () => {
    expect(detectFormat(bytes, file)?.format.id).toBe('strace');
    if (of === 'strace') expect(strace.detect(bytes, file).score).toBeGreaterThan(0.9);
  });
});
