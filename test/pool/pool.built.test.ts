import { afterEach, describe, expect, it } from 'vitest';
import { type Pool, createPool } from '../../src/pool/pool.js';
import type { Stage } from '../../src/pool/stage.js';
import { PerfscopeError } from '../../src/errors.js';
import { failure } from '../helpers/failure.js';

interface Task {
  what: 'square' | 'meet' | 'report' | 'fail' | 'bug' | 'exit' | 'spin' | 'wait' | 'hoard';
  n?: number;
  cell?: Int32Array;
}

const probe: Stage<Task, number> = {
  name: 'probe',
  entryPoint: new URL('./probe-worker.js', import.meta.url),
  run: ({ n = 0 }) => n * n,
};

let pool: Pool;
afterEach(() => pool.close());

function start(jobs: number, maxHeapMb?: number): Pool {
  pool = createPool({ jobs, ...(maxHeapMb === undefined ? {} : { maxHeapMb }) });
  return pool;
}

function sharedCell(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Waits until a worker has written to the cell. */
async function begun(cell: Int32Array): Promise<void> {
  while (Atomics.load(cell, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}

function* squares(count: number, cell?: Int32Array): Generator<Task> {
  for (let n = 0; n < count; n++) yield { what: 'square', n, ...(cell === undefined ? {} : { cell }) };
}

describe('pool', () => {
  it('starts no thread before the first task, and none for work in the calling thread', async () => {
    start(2);
    expect(pool.threads).toBe(0);
    expect(await pool.run(probe, { what: 'square', n: 3 }, { inline: true })).toBe(9);
    expect(pool.threads).toBe(0);
    expect(await pool.run(probe, { what: 'square', n: 4 })).toBe(16);
    expect(pool.threads).toBe(1);
  });

  it('starts all threads when work is announced, which then do it', async () => {
    start(2);
    pool.warm(probe);
    while (pool.threads < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await pool.run(probe, { what: 'square', n: 5 })).toBe(25);
    expect(pool.threads).toBe(2);
  });

  it.each([1, 2, 3])('gives results in the order of the items, %i threads', async (jobs) => {
    start(jobs);
    const results: number[] = [];
    for await (const result of pool.map(probe, squares(20))) results.push(result);
    expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n * n));
  });

  it.each([2, 3])(
    'has the calling thread help, with %i tasks at a time one thread less, and keeps the order',
    async (jobs) => {
      pool = createPool({ jobs, helping: true });
      let here = 0;
      const helped = {
        ...probe,
        run: ({ n = 0 }: Task) => {
          here++;
          return n * n;
        },
      };
      const cell = sharedCell();
      const results: number[] = [];
      for await (const result of pool.map(helped, squares(20, cell))) results.push(result);
      expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n * n));
      // The first tasks are for the threads, which the calling thread does not wait for.
      expect(here).toBeGreaterThan(0);
      expect(here).toBeLessThanOrEqual(20 - jobs);
      expect(pool.threads).toBe(jobs - 1);
      expect(cell[1]).toBeLessThanOrEqual(jobs - 1);
    },
  );

  it('has no help with one task at a time, nor with what is no part of many', async () => {
    for (const jobs of [1, 2]) {
      pool = createPool({ jobs, helping: true });
      const away = { ...probe, run: () => Promise.reject(new Error('here')) };
      if (jobs === 1) for await (const result of pool.map(away, squares(5))) expect(result).toBeGreaterThanOrEqual(0);
      expect(await Promise.all(Array.from(squares(5), (task) => pool.run(away, task)))).toEqual([0, 1, 4, 9, 16]);
      expect(pool.threads).toBe(1);
      await pool.close();
    }
  });

  it('never runs more tasks at once than there are threads', async () => {
    start(2);
    const cell = sharedCell();
    await Promise.all(Array.from(squares(12, cell), (task) => pool.run(probe, task)));
    expect(cell[1]).toBeLessThanOrEqual(2);
    expect(pool.threads).toBeLessThanOrEqual(2);
  });

  it('runs as many tasks at once as there are threads', async () => {
    start(3);
    const cell = sharedCell();
    // Each waits for the other two.
    await Promise.all([1, 2, 3].map(() => pool.run(probe, { what: 'meet', n: 3, cell })));
    expect(cell[0]).toBe(3);
  });

  it('asks for an item only when there is room for its task', async () => {
    start(2);
    let asked = 0;
    let taken = 0;
    let ahead = 0;
    function* items() {
      for (const task of squares(20)) {
        asked++;
        yield task;
      }
    }
    for await (const result of pool.map(probe, items(), { inFlight: 4 })) {
      expect(result).toBe(taken * taken);
      ahead = Math.max(ahead, asked - taken);
      taken++;
    }
    expect(taken).toBe(20);
    expect(ahead).toBe(4);
  });

  it('carries progress and log lines from the thread', async () => {
    start(1);
    const heard: unknown[] = [];
    await pool.run(
      probe,
      { what: 'report', n: 5 },
      { onProgress: (done) => heard.push(done), onLog: (level, message) => heard.push([level, message]) },
    );
    expect(heard).toEqual([1, ['info', { code: 'probe', args: { n: 5 } }]]);
  });

  it('gives an error for users back whole', async () => {
    start(1);
    const error = await failure(pool.run(probe, { what: 'fail' }));
    expect({ ...error, message: error.message }).toMatchObject({
      code: 'input-damaged',
      message: 'broken',
      place: { path: 'x', offset: 7 },
      advice: 'mend it',
    });
  });

  it('names the stage of a defect, and goes on', async () => {
    start(1);
    const error = await failure(pool.run(probe, { what: 'bug' }));
    expect(error.code).toBe('worker');
    expect(error.message).toContain('stage probe failed: undefined is not a function');
    expect(await pool.run(probe, { what: 'square', n: 2 })).toBe(4);
  });

  it('survives a thread that ends itself or runs out of memory', async () => {
    start(1, 32);
    expect((await failure(pool.run(probe, { what: 'exit' }))).code).toBe('worker');
    expect((await failure(pool.run(probe, { what: 'hoard' }))).message).toContain('out of memory');
    expect(await pool.run(probe, { what: 'square', n: 2 })).toBe(4);
  });

  it('one failure in a map ends it, and what is still queued is not run', async () => {
    start(1);
    const cell = sharedCell();
    const tasks: Task[] = [{ what: 'fail' }, { what: 'wait', cell }];
    expect((await failure(pool.map(probe, tasks, { inFlight: 2 }).next())).code).toBe('input-damaged');
    // The waiting task was told to stop, or never begun.
    expect(cell[0]).not.toBe(1);
  });

  it('a cancelled task is told so and stops by itself', async () => {
    start(1);
    const cell = sharedCell();
    const controller = new AbortController();
    const task = failure(pool.run(probe, { what: 'wait', cell }, { signal: controller.signal }));
    await begun(cell);
    controller.abort(new PerfscopeError('time-limit', 'enough'));
    expect((await task).code).toBe('time-limit');
    expect(cell[0]).toBe(2);
    expect(pool.threads).toBe(1);
  });

  it('a cancelled task that does not listen is ended with its thread', async () => {
    start(1);
    const cell = sharedCell();
    const controller = new AbortController();
    const task = failure(pool.run(probe, { what: 'spin', cell }, { signal: controller.signal }));
    await begun(cell);
    controller.abort();
    expect((await task).code).toBe('interrupted');
    expect(pool.threads).toBe(0);
    expect(await pool.run(probe, { what: 'square', n: 2 })).toBe(4);
  });

  it('tasks that wait for a thread are turned away at once when cancelled', async () => {
    start(1);
    const cell = sharedCell();
    const controller = new AbortController();
    const { signal } = controller;
    const tasks = Array.from({ length: 5 }, () => failure(pool.run(probe, { what: 'spin', cell }, { signal })));
    await begun(cell);
    controller.abort();
    expect((await Promise.all(tasks)).map((e) => e.code)).toEqual(Array(5).fill('interrupted'));
    expect(await failure(pool.run(probe, { what: 'square', n: 1 }, { signal }))).toMatchObject({ code: 'interrupted' });
  });

  it('a time limit says that it was one', async () => {
    start(1);
    const error = await failure(
      pool.run(probe, { what: 'spin', cell: sharedCell() }, { signal: AbortSignal.timeout(300) }),
    );
    expect(error.code).toBe('time-limit');
    expect(error.advice).not.toBe('');
  });

  it('close ends what is running', async () => {
    start(2);
    const cell = sharedCell();
    const tasks = [1, 2, 3, 4].map(() => failure(pool.run(probe, { what: 'spin', cell })));
    await begun(cell);
    await pool.close();
    expect((await Promise.all(tasks)).map((e) => e.code)).toEqual(Array(4).fill('interrupted'));
    expect(pool.threads).toBe(0);
  });
});
