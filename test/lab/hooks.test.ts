/** Faults in a small Go program that runs: needs Linux on x86-64, root and Go, as the lab does for servers in Go. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryTable, readHookedProgram } from '../../scripts/lab/target/hooks.js';
import { HookedTarget, faultsBehave } from './hooked-target.js';

const able =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  process.getuid?.() === 0 &&
  spawnSync('go', ['version']).status === 0;

describe.skipIf(!able)('faults by hooks in Go', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-hooks-'));
  let target: HookedTarget;

  beforeAll(async () => {
    const lab = path.join(import.meta.dirname, '../../scripts/lab/go');
    const src = path.join(folder, 'src');
    cpSync(path.join(import.meta.dirname, 'target-go'), path.join(src, 'target'), { recursive: true });
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: folder };
    const go = (...words: string[]) => spawnSync('go', words, { cwd: folder, encoding: 'utf8', env });
    writeFileSync(
      path.join(folder, 'inlined'),
      go('build', '-gcflags=target/...=-m', '-o', '/dev/null', 'target').stderr,
    );
    const [inlined, list] = ['inlined', 'hooks.json'].map((name) => path.join(folder, name)) as [string, string];
    const options = ['-src', src, '-packages', 'target,target/store', '-inlined', inlined, '-out', list];
    execFileSync('go', [
      'run',
      path.join(lab, 'hook/main.go'),
      ...options,
      '-faults',
      path.join(lab, 'faults/faults.go'),
    ]);
    const binary = path.join(folder, 'program');
    expect(go('build', '-o', binary, 'target').stderr).toBe('');
    const program = await readHookedProgram(binary, list);
    target = await HookedTarget.start(
      [binary],
      path.join(folder, 'output'),
      program,
      (child) => new MemoryTable(program, () => [child.pid!]),
      { work: 'target/store.(*Server).Work', caller: 'main.server.caller', skipped: 0, afterFailing: 109 },
    );
  }, 120_000);

  afterAll(() => {
    target.stop();
    rmSync(folder, { recursive: true });
  });

  it('hooks functions, but not inlined and generic ones, nor main', () => {
    expect(target.program.targets.map((t) => t.name).sort()).toEqual([
      'main.quiet',
      'main.server.caller',
      'target/store.(*Server).Work',
    ]);
    expect(target.work).toMatchObject({ returns: 'int', variadic: false });
    // It cannot call itself: its parameter has no name.
    expect(target.f('main.quiet')).toMatchObject({ returns: 'void', variadic: true });
  });

  faultsBehave(() => target);
});
