import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { inlinePool } from '../../src/pool/inline-pool.js';
import { inspect } from '../../src/coordinator/inspect.js';
import { MB } from '../../src/coordinator/memory.js';
import {
  type MemoryOptions,
  neededMemory,
  requireMemory,
  textBytes,
  withinMemory,
} from '../../src/coordinator/memory-limit.js';
import type { RunOptions } from '../../src/coordinator/run.js';
import { throwIfCancelled } from '../../src/pool/stage.js';
import { failure } from '../helpers/failure.js';
import { openFile } from '../../src/source/source.js';
import { openSources } from '../../src/source/index.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LINE = '7 1700000000.000001 read(3, "", 64) = 64 <0.000010>\n';

function file(name: string, content: string | Uint8Array): string {
  const at = path.join(folder, name);
  writeFileSync(at, content);
  return at;
}

describe('the size of the text', () => {
  const text = LINE.repeat(20_000);
  it('is that of a plain file', async () => {
    expect(await textBytes(await openFile(file('plain.strace', text)))).toBe(text.length);
  });
  it('is what a gzip file says', async () => {
    expect(await textBytes(await openFile(file('a.strace.gz', gzipSync(text))))).toBe(text.length);
  });
  it('is a multiple of the file where that says too little', async () => {
    // The last member holds one line.
    const two = Buffer.concat([gzipSync(text), gzipSync(LINE)]);
    expect(await textBytes(await openFile(file('b.strace.gz', two)))).toBe(3 * two.length);
  });
});

describe('a run that needs too much', () => {
  const rows = 30_000;
  const text = LINE.repeat(rows);
  const needed = neededMemory(rows, false, 2);

  it('is refused before it begins, with what it takes', async () => {
    for (const name of ['large.strace', 'large.strace.gz']) {
      const at = file(name, name.endsWith('gz') ? gzipSync(text) : text);
      const sets = await openSources([at]);
      const error = await failure(requireMemory(sets, { maxMemory: needed - MB, jobs: 2 }));
      expect(error).toMatchObject({ code: 'input-too-large', place: { path: at } });
      expect(error.message).toContain(`about ${Math.ceil(needed / MB)} MB`);
      // What it asks for is enough for it.
      const asked = Number(/--max-memory (\d+)M/.exec(error.advice!)![1]) * MB;
      await requireMemory(sets, { maxMemory: asked, jobs: 2 });
    }
  });

  it('needs more with more files, threads and stacks', async () => {
    const one = await openSources([file('one.strace', text)]);
    const both = [...one, ...(await openSources([file('two.strace', text)]))];
    const maxMemory = needed + MB;
    await requireMemory(one, { maxMemory, jobs: 2 });
    expect((await failure(requireMemory(both, { maxMemory, jobs: 2 }))).code).toBe('input-too-large');
    expect((await failure(requireMemory(one, { maxMemory, jobs: 4 }))).code).toBe('input-too-large');
    const deep = file('deep.strace-k', text.replaceAll('\n', '\n > /usr/bin/app(work+0x1) [0x1]\n'));
    expect((await failure(requireMemory(await openSources([deep]), { maxMemory, jobs: 2 }))).message).toMatch(
      new RegExp(`about ${Math.ceil(neededMemory(rows, true, 2) / MB)} MB`),
    );
  });

  it('is let through without a limit, and where nobody can tell', async () => {
    const sets = await openSources([file('prose.txt', 'Dear Sir,\n'.repeat(1000))]);
    await requireMemory(sets, { maxMemory: MB });
    await requireMemory(await openSources([file('free.strace', text)]), {});
  });

  it('is stopped when it takes more than it should, with what it will take', async () => {
    const stopped = (share: number) =>
      failure(
        withinMemory<RunOptions & MemoryOptions, void>(
          { maxMemory: MB },
          'x.strace',
          async ({ signal, onProgress }) => {
            onProgress!({ stage: 'read', done: share * 100, total: 100 });
            while (signal!.aborted === false) await new Promise((resolve) => setTimeout(resolve, 5));
            throwIfCancelled(signal);
          },
        ),
      );
    expect(await stopped(0.5)).toMatchObject({ code: 'input-too-large', place: { path: 'x.strace' } });
    expect((await stopped(0.5)).message).toMatch(/^x\.strace needs about \d{2,} MB of memory; 1 MB are allowed$/);
    expect((await stopped(0)).message).toMatch(/needs more than the 1 MB/);
  });

  it('is told apart from one that was cancelled, and from one that fits', async () => {
    const controller = new AbortController();
    controller.abort();
    const options = { maxMemory: 1e12, signal: controller.signal };
    const cancelled = withinMemory(options, 'x', async ({ signal }) => throwIfCancelled(signal));
    expect((await failure(cancelled)).code).toBe('interrupted');
    const at = file('fits.strace', text);
    const found = await inspect(at, { pool: inlinePool, maxMemory: 1e12 });
    expect(found).toEqual(await inspect(at, { pool: inlinePool }));
    expect((await failure(inspect(at, { pool: inlinePool, maxMemory: 100 * MB, jobs: 2 }))).code).toBe(
      'input-too-large',
    );
  });
});
