import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTrace } from '../../src/reading/ingest.js';
import { inlinePool } from '../../src/pool/inline-pool.js';
import type { Trace } from '../../src/trace/table.js';

interface Made {
  readonly copies: number;
  readonly lines: number;
}
type Multiply = (file: string, what: { kind: string; id: string; bytes: number }) => Promise<Made>;

const script = new URL('../../scripts/bench/multiply.js', import.meta.url).href;
const { multiply } = (await import(script)) as { multiply: Multiply };
const folder = mkdtempSync(join(tmpdir(), 'perfscope-multiply-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CASE = 'redis-healthy';

async function made(kind: string, bytes: number): Promise<{ trace: Trace; copies: number; lines: number }> {
  const file = join(folder, `${kind}-${bytes}.txt`);
  const { copies, lines } = await multiply(file, { kind, id: CASE, bytes });
  const { trace } = await readTrace([file], { pool: inlinePool });
  return { trace, copies, lines };
}

/** Calls by name. */
function counts({ calls, columns }: Trace): Record<string, number> {
  const found: Record<string, number> = {};
  for (const call of columns.call) found[calls[call]!] = (found[calls[call]!] ?? 0) + 1;
  return found;
}

describe('multiplied traces', () => {
  it('hold the case as often as asked, each copy as processes of its own', async () => {
    const one = await made('strace', 1);
    const two = await made('strace', 5e6);
    expect([one.copies, two.copies]).toEqual([1, 2]);
    expect(two.lines).toBe(2 * one.lines);
    expect(two.trace.skipped.lines).toBe(0);
    expect(two.trace.length).toBe(2 * one.trace.length);
    expect(two.trace.threads.length).toBe(2 * one.trace.threads.length);
    expect(new Set(two.trace.threads.map(({ tid }) => tid)).size).toBe(two.trace.threads.length);
    expect(two.trace.threads.filter(({ parent }) => parent < 0)).toHaveLength(2);
    for (const [name, n] of Object.entries(counts(one.trace))) expect(counts(two.trace)[name]).toBe(2 * n);
  });

  it.each(['perf', 'csv'])('are the same events as %s', async (kind) => {
    const strace = await made('strace', 1);
    const other = await made(kind, 1);
    expect(other.trace.format).toBe(kind === 'perf' ? 'perf-script' : 'csv');
    expect(counts(other.trace)).toEqual(counts(strace.trace));
    expect(other.trace.threads.map(({ tid }) => tid)).toEqual(strace.trace.threads.map(({ tid }) => tid));
  });

  it('hold stacks where asked', async () => {
    const { trace } = await made('strace-k', 1);
    expect(trace.stacks).not.toBeNull();
    expect(trace.skipped.lines).toBe(0);
  });
});
