/** A hole in a file, or anything else without line feeds, is one line of megabytes: what is taken off lines must not go by their square. */
import { describe, expect, it } from 'vitest';
import { ELAPSED, HEADS, LINE_NUMBER, QUOTES } from '../../src/formats/wrapping/heads.js';
import { MARKS } from '../../src/formats/wrapping/marks.js';

const LONG = 300_000;
const PIECES = [
  '\0',
  '\r',
  ' ',
  '"',
  "'",
  '<',
  '<a ',
  '&',
  '&lt;',
  '=',
  '\x1b[',
  '{',
  '\\"',
  ',',
  '1',
  ':',
  '[',
  '|',
  'a=',
  ' > ',
  '\\_',
  '} ',
];

describe.each(PIECES)('%j', (piece) => {
  const run = piece.repeat(LONG / piece.length);
  // Neither its beginning nor its end is of the run.
  const lines = [run, `${run}x`, `1 read(3${run}x`, `"log": ${run}}`];

  it.each(MARKS)('$id', ({ undo }) => {
    for (const line of lines) expect(undo(line).length).toBeLessThanOrEqual(line.length);
  });

  it.each([...HEADS, ...QUOTES, LINE_NUMBER, ELAPSED])('head $id', ({ pattern }) => {
    for (const line of lines) pattern.exec(line);
  });
});
