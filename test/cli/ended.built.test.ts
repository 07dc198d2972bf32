/** A program that computes without end calls no more: the text of its calls ends, and only who recorded it knows how long ago. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result.js';
import { perfscope, scratchFolder } from './run.js';
import { PROFILE, SILENT } from './small-traces.js';

const folder = scratchFolder();
afterAll(() => folder.dispose());

describe('the end of a recording', () => {
  const [trace, signatures] = [path.join(folder.path, 'silent.strace'), path.join(folder.path, 'app.signatures.json')];

  async function analysed(...args: readonly string[]) {
    const { code, stdout, stderr } = await perfscope(['analyze', trace, '-s', signatures, '-f', 'json', ...args]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as ResultDocument;
  }

  it('is asked for where it would settle whether the program computes, and believed', async () => {
    const profile = path.join(folder.path, 'profile.strace-k');
    writeFileSync(profile, PROFILE);
    writeFileSync(trace, SILENT);
    expect(await perfscope(['learn', profile, '-o', signatures])).toMatchObject({ code: 0 });

    const asWritten = await analysed();
    expect([asWritten.verdict, asWritten.warnings.map(({ code }) => code)]).toEqual(['none', ['ends-in-code']]);

    const told = await analysed('--ended', '+20s');
    expect([told.verdict, told.trace.span]).toEqual(['bug', 20]);
    expect(told.warnings).toEqual([
      { code: 'ended-later', args: { at: 20, seconds: expect.closeTo(20 - asWritten.trace.span, 6) } },
    ]);
    expect(told.onset).toBeGreaterThan(1.9);
    // It went from its file, or on its way to the answer.
    const first = told.suspects.slice(0, 2).map(({ function: name }) => name);
    expect(first.sort()).toEqual(['load', 'reply']);

    const { code, stderr } = await perfscope(['analyze', trace, '-s', signatures, '--ended', '+1s']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--ended +1s: the trace goes on until')]);
  });
});
