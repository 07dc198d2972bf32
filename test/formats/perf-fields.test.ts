/** perf script prints the fields that it is asked for: texts that tell processes instead of threads are told from those of threads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perfScript } from '../../src/formats/perf/script.js';
import { createPool } from '../../src/pool/pool.js';
import { readTrace } from '../../src/reading/ingest.js';
import { readText } from './read-text.js';
import { bytesOf } from './strace-text.js';

/** `gap`: microseconds since the event before, of any thread. */
interface Step {
  readonly thread: number;
  readonly call: number;
  readonly gap: number;
  readonly lost: boolean;
}

/** Threads that enter calls and return from them, each for itself; `lost`: perf lost some events from there on. */
const steps = (threads: number, mostLost: number) =>
  fc.array(
    fc.record({
      thread: fc.nat(threads - 1),
      call: fc.constantFrom(0, 1, 202, 202, 232),
      gap: fc.integer({ min: 1, max: 900 }),
      lost: fc.nat(99).map((n) => n < mostLost),
    }),
    { minLength: 300, maxLength: 400 },
  );

function textOf(list: readonly Step[], idOf: (tid: number) => string): string {
  const open = new Map<number, number>();
  let us = 0;
  let losing = 0;
  return list
    .map(({ thread, call, gap, lost }, i) => {
      us += gap;
      const entered = open.get(thread);
      const event = entered === undefined ? `sys_enter: NR ${call} (3, 0, 0)` : `sys_exit: NR ${entered} = 1`;
      if (entered === undefined) open.set(thread, call);
      else open.delete(thread);
      if (lost) losing = i + 12;
      return i < losing ? '' : `app ${idOf(700 + thread)} 5.${String(us).padStart(6, '0')}: raw_syscalls:${event}\n`;
    })
    .join('');
}

const ofProcess = () => '700';
const ofThread = String;
const refusalOf = (text: string) =>
  perfScript.refusal!(readText(perfScript, text), perfScript.prepare!(bytesOf(text), { tid: 0 }));

describe('one number a line', () => {
  it('is refused where it is that of a process whose threads make calls at the same time', () => {
    fc.assert(
      fc.property(steps(3, 2), (list) => {
        expect(refusalOf(textOf(list, ofProcess))?.what).toContain('processes instead of threads');
      }),
      { numRuns: 50, unbiased: true },
    );
  });

  it('is not where it is that of a thread, whatever perf lost', () => {
    fc.assert(
      fc.property(steps(4, 1), (list) => {
        expect(refusalOf(textOf(list, ofThread))).toBeNull();
      }),
      { numRuns: 100, unbiased: true },
    );
  });

  it('is refused where the scheduler calls it by several', () => {
    const call = (i: number) =>
      `app 700 5.00000${i}: raw_syscalls:sys_${i % 2 === 0 ? 'enter: NR 230 (1)' : 'exit: NR 230 = 0'}\n`;
    const away = (i: number, tid: number) =>
      `app 700 5.00000${i}: sched:sched_switch: app:${tid} [120] S ==> x:9 [120]\n`;
    const text = (...tids: number[]) => tids.map((tid, i) => call(2 * i) + away(2 * i, tid) + call(2 * i + 1)).join('');
    expect(refusalOf(text(700, 701, 700))?.what).toContain('processes instead of threads');
    expect(refusalOf(text(701, 702))?.what).toContain('processes instead of threads');
    // Also as a container sees them.
    expect([refusalOf(text(700, 700, 700)), refusalOf(text(4711, 4711, 4711))]).toEqual([null, null]);
    // Both numbers.
    expect(refusalOf(text(700, 701, 702).replaceAll(' 700 ', ' 1/700 '))).toBeNull();
  });

  it('is not where only one thread makes calls, or both numbers are there', () => {
    fc.assert(
      fc.property(steps(1, 3), steps(3, 3), (one, several) => {
        expect(refusalOf(textOf(one, ofProcess))).toBeNull();
        expect(refusalOf(textOf(several, (tid) => `700/${tid}`))).toBeNull();
      }),
      { numRuns: 50, unbiased: true },
    );
  });
});

describe('reading', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-fields-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says by name what it refuses, and what to print', async () => {
    const file = path.join(folder, 'incident.txt');
    const step = (i: number): Step => ({ thread: i % 3, call: i % 2 === 0 ? 0 : 202, gap: 5, lost: false });
    writeFileSync(
      file,
      textOf(
        Array.from({ length: 600 }, (_, i) => step(i)),
        ofProcess,
      ),
    );
    const pool = createPool({ jobs: 1 });
    await expect(readTrace([file], { pool })).rejects.toMatchObject({
      code: 'input-format',
      message: expect.stringContaining('processes instead of threads') as unknown,
      advice: expect.stringContaining('comm,pid,tid,cpu,time,event,trace') as unknown,
    });
    await pool.close();
  });
});
