import { expect, it } from 'vitest';
import type { Snapshot } from '../../src/record/recorder.js';
import { Snapshots } from '../../src/watch/snapshots.js';
import { Store } from '../../src/watch/store.js';
import { byHand } from '../../src/watch/triggers/trigger.js';
import { until } from '../helpers/running.js';
import { folders, log } from './helpers/parts.js';

const folder = folders();
const taken: Snapshot = { paths: ['a'], format: 'strace', bytes: 1, lost: 0, from: null, to: null };

async function snapshots(snapshot: () => Promise<Snapshot>) {
  const done: string[] = [];
  const store = await Store.open(folder(), log().say);
  const made = new Snapshots({
    ...{ store, say: log().say, host: 'h', window: 60, retry: 30_000 },
    snapshot: async () => ({ ...(await snapshot()), backend: 'fake' }),
    makeRoom: () => Promise.resolve(true),
    onTaken: ({ id }) => done.push(id),
    onFailed: () => undefined,
    onJoined: () => undefined,
    onLost: () => Promise.resolve(),
  });
  const open = (due: number) => made.open(byHand('command', 'why'), Date.now(), due);
  return { made, done, open };
}
const NEVER = Date.now() + 3_600_000;

it('at the end of a recording what came during a snapshot has its own', async () => {
  const waiting: ((s: Snapshot) => void)[] = [];
  const { made, done, open } = await snapshots(() => new Promise((resolve) => waiting.push(resolve)));
  const first = open(0);
  await until('the first snapshot', () => waiting.length === 1);
  const second = open(NEVER);
  const flushed = made.flush();
  waiting[0]!(taken);
  await until('the second snapshot', () => waiting.length === 2);
  waiting[1]!(taken);
  await flushed;
  expect(done).toEqual([first, second]);
});

it('what came during a snapshot that failed is one with it', async () => {
  const waiting: ((error: Error) => void)[] = [];
  const { made, open } = await snapshots(() => new Promise((_, reject) => waiting.push(reject)));
  const first = open(0);
  await until('the first snapshot', () => waiting.length === 1);
  open(NEVER);
  const flushed = made.flush();
  waiting[0]!(new Error('no room'));
  await flushed;
  expect([made.nextId, waiting.length]).toEqual([first, 1]);
  const ended = made.end();
  await until('the last try', () => waiting.length === 2);
  waiting[1]!(new Error('no room'));
  await ended;
});
