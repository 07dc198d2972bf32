/** Faults in a small Rust program that runs: needs Linux on x86-64, root, rustc, gcc and objcopy, as the lab does for servers in Rust. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFaults } from '../../scripts/lab/lab.js';
import { Patcher, readFaultLibrary } from '../../scripts/lab/target/patch.js';
import { languageOf, readProgram } from '../../scripts/lab/target/program.js';
import { HookedTarget, faultsBehave } from './hooked-target.js';

const able =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  process.getuid?.() === 0 &&
  ['rustc', 'gcc', 'objcopy'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe.skipIf(!able)('faults in Rust', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-rust-'));
  let target: HookedTarget;

  beforeAll(async () => {
    const lab = path.join(import.meta.dirname, '../../scripts/lab');
    const [binary, library] = ['target', 'libfaults.so'].map((name) => path.join(folder, name)) as [string, string];
    const source = path.join(import.meta.dirname, 'target-rust/target.rs');
    execFileSync(path.join(lab, 'rust/padded'), ['rustc', '--crate-name', 'target', '-O', '-g', '-o', binary, source], {
      env: { ...process.env, PADDED: 'others target' },
    });
    await compileFaults(path.join(lab, 'native/faults.c'), library);
    const program = await readProgram(binary, ['target']);
    const read = await readFaultLibrary(library);
    target = await HookedTarget.start(
      ['env', `LD_PRELOAD=${library}`, binary],
      path.join(folder, 'output'),
      program,
      (child) => new Patcher(program, read, () => [child.pid!]),
      { work: 'target::Server::work', caller: 'target::Server::caller', skipped: 0, afterFailing: 0 },
    );
  }, 120_000);

  afterAll(() => {
    target?.stop();
    rmSync(folder, { recursive: true });
  });

  it('has functions of its own crates alone', () => {
    expect(languageOf(target.program)).toBe('Rust');
    const names = target.program.targets.map((t) => t.name);
    expect(names).toContain('target::moved');
    expect(names.filter((name) => !name.startsWith('target::'))).toEqual([]);
  });

  it('reads how functions are called', () => {
    expect(target.work).toMatchObject({ returns: 'int', structures: false, registers: 4 });
    expect(target.f('target::moved')).toMatchObject({ structures: true });
  });

  faultsBehave(() => target);
});
