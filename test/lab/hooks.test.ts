/** Faults in a small Go program that runs: needs Linux on x86-64, root and Go, as the lab does for servers in Go. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../scripts/lab/operators.js';
import { MemoryTable, readHookedProgram } from '../../scripts/lab/target/hooks.js';
import type { Program } from '../../scripts/lab/target/program.js';

const able =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  process.getuid?.() === 0 &&
  spawnSync('go', ['version']).status === 0;

/** A line of the target. */
interface Line {
  readonly who: string;
  readonly got: number;
  readonly failed: number;
  readonly bodies: number;
  readonly ms: number;
}

describe.skipIf(!able)('faults by hooks', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-hooks-'));
  const output = path.join(folder, 'output');
  let program: Program;
  let child: ChildProcess;
  let hooks: MemoryTable;
  const f = (name: string) => program.targets.find((t) => t.name === name)!;

  beforeAll(async () => {
    const lab = path.join(import.meta.dirname, '../../scripts/lab/go');
    cpSync(path.join(import.meta.dirname, 'target-go'), folder, { recursive: true });
    const go = (...words: string[]) =>
      spawnSync('go', words, { cwd: folder, encoding: 'utf8', env: { ...process.env, GO111MODULE: 'off' } });
    writeFileSync(path.join(folder, 'inlined'), go('build', '-gcflags=-m', '-o', '/dev/null', '.').stderr);
    const [inlined, list] = ['inlined', 'hooks.json'].map((name) => path.join(folder, name)) as [string, string];
    const options = ['-dir', folder, '-path', 'target', '-inlined', inlined, '-out', list];
    execFileSync('go', [
      'run',
      path.join(lab, 'hook/main.go'),
      ...options,
      '-faults',
      path.join(lab, 'faults/faults.go'),
    ]);
    expect(go('build', '-o', 'target', '.').stderr).toBe('');
    const binary = path.join(folder, 'target');
    program = await readHookedProgram(binary, list);
    child = spawn(binary, { stdio: ['ignore', openSync(output, 'w'), 'inherit'] });
    hooks = new MemoryTable(program, () => [child.pid!]);
    await sleep(100);
  }, 120_000);

  afterAll(() => {
    hooks.close();
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** What the target said from now on, until it has said so much. */
  async function lines(wanted: number): Promise<Line[]> {
    const from = statSync(output).size;
    for (const until = Date.now() + 8000; Date.now() < until;) {
      await sleep(20);
      const read = readFileSync(output, 'latin1')
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

  async function withFault(fault: Fault, wanted = 30): Promise<Line[]> {
    await hooks.put(f('main.(*server).work'), fault);
    // Goroutines that were between their call and their line speak of before.
    await lines(4);
    const read = await lines(wanted);
    hooks.takeOut(f('main.(*server).work'));
    await lines(4);
    return read;
  }

  it('hooks functions, but not inlined and generic ones, nor main', () => {
    expect(program.targets.map((t) => t.name).sort()).toEqual([
      'main.(*server).work',
      'main.quiet',
      'main.server.caller',
    ]);
    expect(f('main.(*server).work')).toMatchObject({ returns: 'int', variadic: false });
    // It cannot call itself: its parameter has no name.
    expect(f('main.quiet')).toMatchObject({ returns: 'void', variadic: true });
  });

  it('counts calls and their callers, and changes nothing', async () => {
    await hooks.count(program.targets);
    const read = await lines(30);
    const { calls, hits, callers } = hooks.calls(program.targets).get(f('main.(*server).work'))!;
    expect(calls).toBeGreaterThanOrEqual(25);
    expect({ hits, callers }).toEqual({ hits: 0, callers: ['main.server.caller'] });
    for (const line of read) expect(line).toMatchObject({ got: 109, failed: 0 });
    for (const target of program.targets) hooks.takeOut(target);
  });

  it('skip and error return at once', async () => {
    for (const line of await withFault({ operator: 'skip', every: 1, value: 0 }))
      expect(line).toMatchObject({ got: 0, failed: 0 });
    for (const line of await withFault({ operator: 'error', every: 1, value: -1 }))
      expect(line).toMatchObject({ got: 0, failed: 1 });
  });

  it('one call in so many', async () => {
    const read = await withFault({ operator: 'skip', every: 3, value: 0 }, 90);
    const faulty = read.filter((l) => l.got === 0).length / read.length;
    expect(faulty).toBeGreaterThan(0.2);
    expect(faulty).toBeLessThan(0.47);
  });

  it('fail after doing it', async () => {
    const read = await withFault({ operator: 'fail-after', every: 1, value: -1 });
    for (const line of read) expect(line).toMatchObject({ got: 109, failed: 1 });
  });

  it('compute and sleep take so long and keep the result', async () => {
    for (const operator of ['compute', 'sleep'] as const) {
      for (const line of await withFault({ operator, every: 1, ms: 12 }, 6)) {
        expect(line).toMatchObject({ got: 109, failed: 0 });
        expect(line.ms).toBeGreaterThan(11.5);
      }
    }
  });

  it('repeat', async () => {
    const read = await withFault({ operator: 'repeat', every: 1, times: 40 });
    for (const line of read) expect(line).toMatchObject({ got: 109, failed: 0 });
    expect(Math.max(...read.map((l) => l.bodies))).toBeGreaterThanOrEqual(40);
  });

  it('serialize: one lock for all goroutines', async () => {
    const read = await withFault({ operator: 'serialize', every: 1, ms: 15 }, 10);
    for (const line of read) expect(line).toMatchObject({ got: 109, failed: 0 });
    // Whoever comes second waits for the other, too.
    expect(Math.max(...read.map((l) => l.ms))).toBeGreaterThan(25);
  });

  it('endless, until it is taken out', async () => {
    await hooks.put(f('main.(*server).work'), { operator: 'endless', every: 1 });
    await sleep(100);
    const silent = lines(1).then(
      () => 'spoke',
      () => 'silent',
    );
    await expect(Promise.race([silent, sleep(200, 'silent')])).resolves.toBe('silent');
    hooks.takeOut(f('main.(*server).work'));
    for (const line of await lines(4)) expect(line).toMatchObject({ got: 109, failed: 0 });
  });
});
