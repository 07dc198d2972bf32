import { describe, expect, it } from 'vitest';
import { ProgressLine } from '../../src/cli/progress.js';

function terminal(columns: number) {
  const written: string[] = [];
  const stream = { columns, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { written, line: new ProgressLine(stream) };
}
const CLEAR = '\r\u001b[2K';

describe('ProgressLine', () => {
  it('draws in place, and takes itself off the screen once', () => {
    const { written, line } = terminal(80);
    line.update({ stage: 'read', done: 1, total: 2 });
    line.clear();
    line.clear();
    expect(written).toEqual([`${CLEAR}reading    ██████████           50 %`, CLEAR]);
  });

  it('shows a new stage at once, the same one not too often', () => {
    const { written, line } = terminal(80);
    for (let i = 0; i < 1000; i++) line.update({ stage: 'read', done: i, total: 1000 });
    line.update({ stage: 'analyze', done: 0, total: null });
    expect(written.length).toBeLessThan(50);
    expect(written.at(-1)).toBe(`${CLEAR}analysing  ...`);
  });

  it('never wraps', () => {
    const { written, line } = terminal(20);
    line.update({ stage: 'evaluate', done: 1, total: 1 });
    expect([...written[0]!.slice(CLEAR.length)].length).toBeLessThan(20);
  });

  it('is silent without a terminal', () => {
    const line = new ProgressLine(null);
    line.update({ stage: 'read', done: 1, total: 2 });
    expect(() => line.clear()).not.toThrow();
  });
});
