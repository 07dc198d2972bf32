import { describe, expect, it } from 'vitest';
import { PackLine } from '../../src/record/ring/pack.js';

describe('PackLine', () => {
  it('yields while it keeps up, hurries while another file waits, and yields again', async () => {
    const line = new PackLine();
    const nicenesses: [string, number][] = [];
    const ends: (() => void)[] = [];
    const add = (name: string) =>
      line.add((niceness) => {
        nicenesses.push([name, niceness]);
        return new Promise((resolve) => ends.push(resolve));
      });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    add('a');
    await turn();
    add('b');
    add('c');
    for (let i = 0; i < 3; i++) {
      expect(nicenesses).toHaveLength(i + 1);
      ends[i]!();
      await turn();
    }
    await line.done;
    expect(nicenesses).toEqual([
      ['a', 10],
      ['b', 0],
      ['c', 10],
    ]);
  });
});
