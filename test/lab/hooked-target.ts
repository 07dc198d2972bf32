/** A small program with hooks that runs and tells what its function `work` gave: every language's hooks have to do the same with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Fault } from '../../scripts/lab/operators.js';
import type { Faults } from '../../scripts/lab/target/faults.js';
import type { Program, TargetFunction } from '../../scripts/lab/target/program.js';
import { silence } from '../helpers/running.js';

/** A line of the program. Two threads speak. */
interface Line {
  readonly who: string;
  readonly got: number;
  readonly failed: number;
  readonly bodies: number;
  readonly ms: number;
}

/** What `work` gives in this language: nothing, and a failure after its work. */
interface Differences {
  readonly work: string;
  readonly caller: string;
  readonly skipped: number;
  readonly afterFailing: number;
}

const RIGHT = 109;

export class HookedTarget {
  private constructor(
    readonly program: Program,
    readonly faults: Faults,
    readonly differences: Differences,
    private readonly child: ChildProcess,
    readonly output: string,
  ) {}

  static async start(
    command: readonly [string, ...string[]],
    output: string,
    program: Program,
    faultsOf: (child: ChildProcess) => Faults,
    differences: Differences,
  ): Promise<HookedTarget> {
    const [file, ...words] = command;
    const child = spawn(file, words, { stdio: ['ignore', openSync(output, 'w'), 'inherit'] });
    const target = new HookedTarget(program, faultsOf(child), differences, child, output);
    await target.lines(2);
    return target;
  }

  stop(): void {
    this.faults.close();
    this.child.kill('SIGKILL');
  }

  f(name: string): TargetFunction {
    return this.program.targets.find((t) => t.name === name)!;
  }

  get work(): TargetFunction {
    return this.f(this.differences.work);
  }

  /** What it said from now on, until it has said so much. */
  async lines(wanted: number): Promise<Line[]> {
    const from = statSync(this.output).size;
    for (const until = Date.now() + 30_000; Date.now() < until;) {
      await sleep(20);
      const read = readFileSync(this.output, 'latin1')
        .slice(from)
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const [who, ...numbers] = line.split(' ');
          const [got, failed, bodies, ms] = numbers.map(Number) as [number, number, number, number];
          return { who: who!, got, failed, bodies, ms };
        });
      if (read.length >= wanted) return read;
    }
    throw new Error('the target fell silent');
  }

  async withFault(fault: Fault, wanted = 30): Promise<Line[]> {
    await this.faults.put(this.work, fault);
    // Threads that were between their call and their line speak of before.
    await this.lines(4);
    const read = await this.lines(wanted);
    this.faults.takeOut(this.work);
    await this.lines(4);
    return read;
  }
}

/** What faults do, whatever the language. */
export function faultsBehave(target: () => HookedTarget): void {
  it('counts calls and their callers, and changes nothing', async () => {
    const { faults, program, work, differences } = target();
    await faults.count(program.targets);
    const read = await target().lines(30);
    const { calls, hits, callers } = faults.calls(program.targets).get(work)!;
    expect(calls).toBeGreaterThanOrEqual(25);
    expect({ hits, callers }).toEqual({ hits: 0, callers: [differences.caller] });
    for (const line of read) expect(line).toMatchObject({ got: RIGHT, failed: 0 });
    for (const f of program.targets) faults.takeOut(f);
  });

  it('skip and error return at once', async () => {
    const { skipped } = target().differences;
    for (const line of await target().withFault({ operator: 'skip', every: 1, value: 0 }))
      expect(line).toMatchObject({ got: skipped, failed: 0 });
    for (const line of await target().withFault({ operator: 'error', every: 1, value: -1 }))
      expect(line).toMatchObject({ got: 0, failed: 1 });
  });

  it('one call in so many', async () => {
    const read = await target().withFault({ operator: 'skip', every: 3, value: 0 }, 90);
    const faulty = read.filter((l) => l.got === target().differences.skipped).length / read.length;
    expect(faulty).toBeGreaterThan(0.2);
    expect(faulty).toBeLessThan(0.47);
  });

  it('fail after doing it', async () => {
    const { afterFailing } = target().differences;
    const read = await target().withFault({ operator: 'fail-after', every: 1, value: -1 });
    for (const line of read) expect(line).toMatchObject({ got: afterFailing, failed: 1 });
    expect(Math.max(...read.map((l) => l.bodies))).toBeGreaterThanOrEqual(1);
  });

  it('compute and sleep take so long and keep the result', async () => {
    for (const operator of ['compute', 'sleep'] as const) {
      for (const line of await target().withFault({ operator, every: 1, ms: 12 }, 6)) {
        expect(line).toMatchObject({ got: RIGHT, failed: 0 });
        expect(line.ms).toBeGreaterThan(11.5);
      }
    }
  });

  it('repeat', async () => {
    const read = await target().withFault({ operator: 'repeat', every: 1, times: 40 });
    for (const line of read) expect(line).toMatchObject({ got: RIGHT, failed: 0 });
    expect(Math.max(...read.map((l) => l.bodies))).toBeGreaterThanOrEqual(40);
  });

  it('serialize: one lock for all threads', async () => {
    const read = await target().withFault({ operator: 'serialize', every: 1, ms: 15 }, 10);
    for (const line of read) expect(line).toMatchObject({ got: RIGHT, failed: 0 });
    // Whoever comes second waits for the other, too.
    expect(Math.max(...read.map((l) => l.ms))).toBeGreaterThan(25);
  });

  it('endless, until it is taken out', async () => {
    const { faults, work } = target();
    await faults.put(work, { operator: 'endless', every: 1 });
    await silence(target().output);
    const silent = target()
      .lines(1)
      .then(
        () => 'spoke',
        () => 'silent',
      );
    await expect(Promise.race([silent, sleep(200, 'silent')])).resolves.toBe('silent');
    faults.takeOut(work);
    for (const line of await target().lines(4)) expect(line).toMatchObject({ got: RIGHT, failed: 0 });
  });
}
