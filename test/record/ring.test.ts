/** The rings of both tracers on a real process, where this machine allows them; what they keep, on files made by hand. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { obstacleOf } from '../../src/record/choose.js';
import { gatherFacts } from '../../src/record/facts.js';
import { type Ring, startRing } from '../../src/record/recorder.js';
import { lostEvents } from '../../src/record/ring/lost.js';
import { SegmentStore } from '../../src/record/ring/store.js';
import { scratchFolder } from '../cli/run.js';
import { worked } from '../helpers/running.js';

const scratch = scratchFolder();
afterAll(() => scratch.dispose());

describe('startRing', () => {
  it.each(['ftrace', 'perf', 'strace'] as const)(
    '%s: a snapshot while it goes on, and nothing left at its end',
    async (backend) => {
      if (obstacleOf(backend, await gatherFacts([backend])) !== null)
        return console.log(`skipped: ${backend} may not record on this machine`);
      const busy = spawn('sh', ['-c', 'while :; do : < /etc/hostname; done'], { stdio: 'ignore' });
      const folders = [scratch.at(`${backend}-ring`), scratch.at(`${backend}-1`), scratch.at(`${backend}-2`)] as const;
      folders.forEach((folder) => mkdirSync(folder));
      const target = { kind: 'pid', pids: [busy.pid!] } as const;
      const log = () => undefined;
      let started: Ring | null = null;
      try {
        // Room for as much as comes before a machine that does much else gets to the snapshots: 256 MB were too few on one core.
        const ring = await startRing({ target, seconds: 60, folder: folders[0], maxBytes: 2 ** 33, backend, log });
        started = ring;
        await worked(busy.pid!, 0.1);
        const first = await ring.snapshot(folders[1], 60);
        const second = await ring.snapshot(folders[2], 60);
        for (const { paths, bytes } of [first, second]) {
          expect(paths.length).toBeGreaterThan(0);
          expect(bytes).toBe(paths.reduce((sum, path) => sum + statSync(path).size, 0));
        }
        const head = readFileSync(first.paths[0]!).toString('latin1', 0, 8);
        if (backend === 'ftrace' && /ftrace$/.test(first.paths[0]!)) expect(head).toBe('ftrings\n');
        // The first file may have been packed by now.
        if (backend === 'perf' && /data$/.test(first.paths[0]!)) expect(head).toBe('PERFILE2');
        if (backend === 'strace') expect(readFileSync(first.paths[0]!, 'utf8')).toMatch(/^\d+ +\d+\.\d{6} \w+\(/);
        busy.kill('SIGKILL');
        expect(await ring.ended).toBe('the program ended');
        await ring.stop();
        expect(readdirSync(folders[0]).filter((name) => name !== 'pipe')).toEqual([]);
      } finally {
        busy.kill('SIGKILL');
        await started?.stop();
      }
    },
  );

  it('a backend that there is none of', async () => {
    const options = {
      target: { kind: 'pid', pids: [process.pid] },
      seconds: 1,
      maxBytes: 1,
      log: () => undefined,
    } as const;
    await expect(startRing({ ...options, folder: scratch.path, backend: 'dtrace' })).rejects.toThrow(
      /no backend dtrace/,
    );
  });
});

describe('SegmentStore', () => {
  const lay = (name: string, bytes: number, to: number) => {
    writeFileSync(scratch.at(name), 'x'.repeat(bytes));
    return { path: scratch.at(name), from: to - 1, to, bytes, lost: 1 };
  };

  it('removes the oldest for room, says once that the window does not fit, and counts what was lost all the same', async () => {
    const said: string[] = [];
    const store = new SegmentStore({ seconds: 60, maxBytes: 25, log: (level, line) => said.push(`${level}: ${line}`) });
    for (let i = 1; i <= 4; i++) await store.add(lay(`segment.${i}`, 10, i), 0);
    expect(store.all().map((s) => s.to)).toEqual([3, 4]);
    expect(readdirSync(scratch.path).filter((name) => name.startsWith('segment.'))).toEqual(['segment.3', 'segment.4']);
    expect([store.bytes, store.lost]).toEqual([20, 4]);
    expect(said).toEqual([expect.stringMatching(/^warn: .* holds 2 s instead of 60 s/)]);
  });

  it('the file that is being written counts, and what a snapshot reads goes when that is done', async () => {
    const store = new SegmentStore({ seconds: 60, maxBytes: 25, log: () => undefined });
    const there = () => readdirSync(scratch.path).filter((name) => name.startsWith('counted.'));
    await store.add(lay('counted.1', 10, 1), 0);
    await store.add(lay('counted.2', 10, 2), 8);
    expect([store.bytes, there()]).toEqual([10, ['counted.2']]);
    await store.keeping(async () => {
      await store.tidy(2, 20);
      expect([store.bytes, there()]).toEqual([0, ['counted.2']]);
    });
    expect(there()).toEqual([]);
  });

  it('a packed file takes the place of its segment, unless that is gone already', async () => {
    const store = new SegmentStore({ seconds: 60, maxBytes: 100, log: () => undefined });
    const segment = lay('plain', 10, 1);
    await store.add(segment, 0);
    await store.replace(segment, lay('packed', 3, 1));
    expect(store.bytes).toBe(3);
    await store.replace(segment, lay('late', 3, 1));
    expect(readdirSync(scratch.path).filter((n) => ['plain', 'packed', 'late'].includes(n))).toEqual(['packed']);
  });
});

describe('lostEvents', () => {
  /** A perf.data of these records: type and what follows the head. */
  const perfData = (records: readonly (readonly [type: number, words: readonly bigint[]])[]) => {
    const body = records.map(([type, words]) => {
      const record = Buffer.alloc(8 + 8 * words.length);
      record.writeUInt32LE(type, 0);
      record.writeUInt16LE(record.length, 6);
      words.forEach((word, i) => record.writeBigUInt64LE(word, 8 + 8 * i));
      return record;
    });
    const head = Buffer.alloc(104);
    head.write('PERFILE2', 'latin1');
    head.writeBigUInt64LE(104n, 40);
    head.writeBigUInt64LE(BigInt(Buffer.concat(body).length), 48);
    return Buffer.concat([head, ...body]);
  };
  const write = (content: Uint8Array) => {
    writeFileSync(scratch.at('data'), content);
    return scratch.at('data');
  };

  it('adds up LOST and LOST_SAMPLES among other records', async () => {
    const content = perfData([
      [9, [1n, 2n]],
      [2, [77n, 5n]],
      [9, [1n]],
      [13, [7n]],
    ]);
    expect(await lostEvents(write(content))).toBe(12);
  });

  it.each([
    [
      'cut',
      perfData([
        [2, [7n, 5n]],
        [9, [1n, 1n]],
      ]).subarray(0, 130),
      5,
    ],
    ['a record without a size', Buffer.concat([perfData([[2, [7n, 5n]]]), Buffer.alloc(64)]), 5],
    ['no perf.data', Buffer.alloc(300), 0],
    ['empty', Buffer.alloc(0), 0],
  ])('%s: what can be followed', async (_, content, expected) =>
    expect(await lostEvents(write(content))).toBe(expected),
  );
});
