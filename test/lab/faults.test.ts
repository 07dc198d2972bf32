/** Faults in a small program that runs: needs Linux on x86-64, root, gcc and objcopy, as the lab does. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, openSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLAGS } from '../../scripts/lab/build.js';
import { compileFaults } from '../../scripts/lab/lab.js';
import type { Fault } from '../../scripts/lab/operators.js';
import { Patcher, readFaultLibrary } from '../../scripts/lab/target/patch.js';
import { processTree } from '../../scripts/lab/target/proc.js';
import { type Program, readProgram } from '../../scripts/lab/target/program.js';
import { silence } from '../helpers/running.js';

const here = import.meta.dirname;
const able =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  process.getuid?.() === 0 &&
  ['gcc', 'objcopy'].every((tool) => spawnSync(tool, ['--version']).status === 0);

/** A line of the target. */
interface Line {
  readonly who: string;
  readonly got: number;
  readonly errno: number;
  readonly bodies: number;
  readonly ms: number;
  readonly scaled: number;
}

describe.skipIf(!able)('faults', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-lab-'));
  const output = path.join(folder, 'output');
  let program: Program;
  let child: ChildProcess;
  let patcher: Patcher;
  const f = (name: string) => program.targets.find((t) => t.name === name)!;

  beforeAll(async () => {
    const binary = path.join(folder, 'target');
    execFileSync('gcc', [...FLAGS.split(' '), '-o', binary, path.join(here, 'target.c')]);
    const library = path.join(folder, 'libfaults.so');
    await compileFaults(path.join(here, '../../scripts/lab/native/faults.c'), library);
    program = await readProgram(binary);
    child = spawn(binary, { stdio: ['ignore', openSync(output, 'w'), 'inherit'], env: { LD_PRELOAD: library } });
    patcher = new Patcher(program, await readFaultLibrary(library), () => processTree(child.pid!));
    await sleep(150);
  }, 30_000);

  afterAll(async () => {
    patcher.close();
    for (const pid of processTree(child.pid!)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** What the target said from now on, until it has said enough. */
  async function lines(enough: (lines: readonly Line[]) => boolean): Promise<Line[]> {
    const from = statSync(output).size;
    for (const until = Date.now() + 30_000; Date.now() < until;) {
      await sleep(20);
      const text = readFileSync(output, 'latin1').slice(from);
      const read = text
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const [who, ...numbers] = line.split(' ');
          const [got, errno, bodies, ms, scaled] = numbers.map(Number) as [number, number, number, number, number];
          return { who: who!, got, errno, bodies, ms, scaled };
        });
      if (enough(read)) return read;
    }
    throw new Error('the target fell silent');
  }

  /** A thread that was stopped between its call and its line speaks of before. */
  const settled = () =>
    lines((read) => ['main', 'thread'].every((who) => read.filter((l) => l.who === who).length > 1));

  const some = (n: number) => (read: readonly Line[]) => read.length >= n;

  async function withFault(fault: Fault, enough: (lines: readonly Line[]) => boolean = some(30)): Promise<Line[]> {
    await patcher.put(f('work'), fault);
    await settled();
    const read = await lines(enough);
    patcher.takeOut(f('work'));
    await settled();
    return read;
  }

  it('reads how functions are called, also of those in several pieces', () => {
    expect(f('work')).toMatchObject({ arguments: 6, variadic: false, returns: 'int', largeArguments: false });
    expect(f('scaled')).toMatchObject({ arguments: 2, returns: 'float' });
    expect(f('caller')).toMatchObject({ arguments: 1, returns: 'void' });
    expect(f('pieces')).toMatchObject({ arguments: 1, variadic: true, returns: 'pointer' });
  });

  it('counts calls and their callers, and changes nothing', async () => {
    await patcher.count(program.targets);
    const read = await lines(some(30));
    const calls = patcher.calls(program.targets);
    expect(calls.get(f('work'))!.calls).toBeGreaterThanOrEqual(25);
    expect(calls.get(f('work'))).toMatchObject({ hits: 0, callers: ['caller'] });
    expect(calls.get(f('caller'))!.callers).toContain('main');
    for (const line of read) expect(line).toMatchObject({ got: 654321, errno: 0, scaled: 3 });
  });

  it('skip', async () => {
    const read = await withFault({ operator: 'skip', every: 1, value: 7 });
    for (const line of read) expect(line).toMatchObject({ got: 7, errno: 0 });
  });

  it('one call in so many', async () => {
    const read = await withFault({ operator: 'skip', every: 3, value: 7 }, some(90));
    const faulty = read.filter((l) => l.got === 7).length / read.length;
    expect(faulty).toBeGreaterThan(0.2);
    expect(faulty).toBeLessThan(0.47);
  });

  it('error', async () => {
    for (const line of await withFault({ operator: 'error', every: 1, value: -1, errno: 5 }))
      expect(line).toMatchObject({ got: -1, errno: 5 });
  });

  it('fail after doing it', async () => {
    const read = await withFault({ operator: 'fail-after', every: 1, value: -1, errno: 104 });
    for (const line of read) expect(line).toMatchObject({ got: -1, errno: 104 });
    expect(read.some((l) => l.bodies > 0)).toBe(true);
  });

  it('compute and sleep take so long and keep the result', async () => {
    for (const operator of ['compute', 'sleep'] as const) {
      for (const line of await withFault({ operator, every: 1, ms: 12 }, some(6))) {
        expect(line).toMatchObject({ got: 654321, errno: 0 });
        expect(line.ms).toBeGreaterThan(11.5);
      }
    }
  });

  it('repeat', async () => {
    const read = await withFault({ operator: 'repeat', every: 1, times: 40 });
    for (const line of read) expect(line.got).toBe(654321);
    expect(Math.max(...read.map((l) => l.bodies))).toBeGreaterThanOrEqual(40);
  });

  it('serialize: one lock for all threads', async () => {
    const read = await withFault({ operator: 'serialize', every: 1, ms: 15 }, some(10));
    for (const line of read) expect(line).toMatchObject({ got: 654321, errno: 0 });
    // Whoever comes second waits for the other, too.
    expect(Math.max(...read.map((l) => l.ms))).toBeGreaterThan(25);
  });

  it('endless, until it is taken out', async () => {
    await patcher.put(f('work'), { operator: 'endless', every: 1 });
    await silence(output);
    const silent = lines(some(1)).then(
      () => 'spoke',
      () => 'silent',
    );
    await expect(Promise.race([silent, sleep(200, 'silent')])).resolves.toBe('silent');
    patcher.takeOut(f('work'));
    for (const line of await lines(some(4))) expect(line.got).toBe(654321);
  });

  it('processes that are forked later have the fault', async () => {
    const read = await withFault({ operator: 'skip', every: 1, value: 9 }, (l) => l.some((x) => x.who === 'child'));
    for (const line of read.filter((l) => l.who === 'child')) expect(line.got).toBe(9);
  });
});
