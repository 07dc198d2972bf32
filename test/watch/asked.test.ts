import { describe, expect, it } from 'vitest';
import { parseStat } from '../../src/record/life.js';
import { Asked } from '../../src/watch/asked.js';
import { log } from './helpers/parts.js';

describe('the processes that are asked for', () => {
  it('an id that another process has now is none of them', () => {
    const began = new Map([
      [7, '100'],
      [8, '200'],
    ]);
    const said = log();
    const asked = new Asked({ kind: 'pid', pids: [7, 8] }, said.say, (pid) => began.get(pid) ?? null);
    expect(asked.left()).toEqual({ kind: 'pid', pids: [7, 8] });
    began.set(7, '300');
    expect(asked.left()).toEqual({ kind: 'pid', pids: [8] });
    expect(asked.left()).toEqual({ kind: 'pid', pids: [8] });
    expect(said.lines).toMatchObject([{ code: 'watch-process-ended', args: { ended: '7', left: '8' } }]);
    began.delete(8);
    expect(asked.left()).toEqual({ kind: 'pid', pids: [] });
    expect(said.lines).toHaveLength(1);
  });

  it('one that never was there is left to the recorder to refuse', () => {
    const asked = new Asked({ kind: 'pid', pids: [9] }, log().say, () => null);
    expect(asked.left()).toEqual({ kind: 'pid', pids: [9] });
  });

  it.each([
    ['100 (a) b) S 1 100 100 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 0', '4711'],
    ['100 (sh) Z 1 100 100 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 0', null],
    ['100 (sh) Z 1 100 100 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 3 0 4711 0', '4711'],
    ['', null],
  ])('%s began at %s', (stat, began) => {
    expect(parseStat(stat)).toBe(began);
  });
});
