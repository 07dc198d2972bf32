import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HistoryEntry, appendHistory, historyEntry, readHistory } from '../../src/regress/history.js';
import { regress } from '../../src/regress/regress.js';
import { stub, writeBugSet } from './stub.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-history-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

let entry: HistoryEntry;
beforeAll(async () => {
  const set = writeBugSet(at('set'));
  const { newBaseline } = await regress([set], { baseline: null, runCase: stub().runCase });
  const swapped = stub({ ranked: { hang: ['serve', 'take_lock'] } });
  const { document } = await regress([set], { baseline: newBaseline, runCase: swapped.runCase, label: 'abc123' });
  entry = historyEntry(document);
});

describe('history', () => {
  it('says of a night what a plot needs', () => {
    expect(entry).toMatchObject({
      label: 'abc123',
      passed: false,
      methods: { fused: { guilty: 2, top1: 0, top3: 2, verdictsRight: 2, falseAlarms: 0, failed: 0 } },
      time: { learn: 12, read: 4, fused: 8 },
      memory: 10,
      ranks: { fused: { hang: 2, storm: 2, disk: null, quiet: null } },
    });
    expect(entry.crossed[0]).toMatch(/^worseRanks <= 0: fused hang: related rank 1 -> 2/);
  });

  it('grows by one line a night, also from many at once', async () => {
    const file = at('h.jsonl');
    await appendHistory(file, entry);
    await Promise.all(Array.from({ length: 20 }, (_, k) => appendHistory(file, { ...entry, label: `night ${k}` })));
    const { entries, damaged } = await readHistory(file);
    expect(damaged).toBe(0);
    expect(entries[0]).toEqual(entry);
    expect(new Set(entries.slice(1).map((e) => e.label)).size).toBe(20);
    expect(readFileSync(file, 'utf8').split('\n').length).toBe(22);
  });

  it('goes on after a line that was cut off', async () => {
    const file = at('torn.jsonl');
    await appendHistory(file, entry);
    appendFileSync(file, JSON.stringify(entry).slice(0, 99));
    await appendHistory(file, entry);
    await appendHistory(file, entry);
    expect(await readHistory(file)).toEqual({ entries: [entry, entry, entry], damaged: 1 });
  });

  it('leaves out what was edited into something else', async () => {
    const file = at('edited.jsonl');
    const edits: [string, unknown][] = [
      ['at', 'last night'],
      ['passed', 'yes'],
      ['crossed', null],
      ['methods', { fused: null }],
      ['methods', { fused: { ...entry.methods['fused'], top1: '3' } }],
      ['time', { learn: null }],
      ['ranks', { fused: [1, 2] }],
      ['calibration', 7],
      ['schemaVersion', 9],
    ];
    for (const [key, value] of edits) appendFileSync(file, `${JSON.stringify({ ...entry, [key]: value })}\n`);
    appendFileSync(file, 'null\n[]\n"x"\n');
    await appendHistory(file, entry);
    expect(await readHistory(file)).toEqual({ entries: [entry], damaged: edits.length + 3 });
  });

  it('names the file that it cannot write to', async () => {
    await expect(appendHistory(at('no/such/folder'), entry)).rejects.toMatchObject({
      code: 'output',
      place: { path: at('no/such/folder') },
    });
  });
});
