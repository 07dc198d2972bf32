/** Faults in a small Java program that runs: needs a JDK and ASM, as the lab does for servers in Java. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hookJars, launchJava } from '../../scripts/lab/jvm.js';
import { FileTable, emptyTable, readJava } from '../../scripts/lab/target/java.js';
import { HookedTarget, faultsBehave } from './hooked-target.js';

const able =
  process.platform === 'linux' &&
  spawnSync('javac', ['-version']).status === 0 &&
  existsSync('/usr/share/java/asm-commons.jar');

describe.skipIf(!able)('faults by hooks in Java', () => {
  const prefix = mkdtempSync(path.join(os.tmpdir(), 'perfscope-java-'));
  const at = (name: string) => path.join(prefix, name);
  let target: HookedTarget;

  beforeAll(async () => {
    const environment = {
      ...process.env,
      PREFIX: prefix,
      LAB_JAVA: path.join(import.meta.dirname, '../../scripts/lab/java'),
      TARGET: path.join(import.meta.dirname, 'target-java/target/Main.java'),
    };
    for (const line of [
      'javac -d $PREFIX/classes $TARGET; jar --create --file $PREFIX/target.jar -C $PREFIX/classes .',
      ...hookJars(['target'], ['$PREFIX/target.jar']),
    ])
      execFileSync('sh', ['-ec', line], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
    const program = await readJava(at('java'), at('lib/methods.json'));
    const table = at('slots');
    await emptyTable(program, table);
    const place = { folder: prefix, prefix, stacks: false, table, port: 0, peerPort: 0 };
    const java = {
      classPath: [at('lib/target.jar')],
      main: 'target.Main',
      options: ['-Xverify:all'],
      arguments: [],
    };
    target = await HookedTarget.start(
      [program.path, ...launchJava(place, java).arguments],
      at('output'),
      program,
      () => new FileTable(program, table),
      { work: 'target.Main$Server.work', caller: 'target.Main.caller', skipped: 100, afterFailing: 0 },
    );
  }, 60_000);

  afterAll(() => {
    target.stop();
    rmSync(prefix, { recursive: true });
  });

  it('hooks methods, but not small ones, constructors and main', () => {
    expect(target.program.targets.map((t) => t.name).sort()).toEqual([
      'target.Main$Server.work',
      'target.Main.caller',
      'target.Main.quiet',
      'target.Main.scaled',
    ]);
    expect(target.work).toMatchObject({
      symbol: 'int target.Main$Server.work(int, int[])',
      throws: 'java.io.IOException',
    });
    expect(target.f('target.Main.quiet').throws).toBe('java.lang.IllegalStateException');
  });

  faultsBehave(() => target);

  it('runs bodies whatever the arguments and the result', async () => {
    const { faults, f } = { faults: target.faults, f: (name: string) => target.f(`target.Main.${name}`) };
    for (const each of [f('scaled'), f('quiet'), f('caller')]) {
      await faults.put(each, { operator: 'repeat', every: 1, times: 3 });
      await target.lines(10);
      // Of the caller, three lines are one hit.
      expect(faults.calls([each]).get(each)!.hits).toBeGreaterThanOrEqual(2);
      faults.takeOut(each);
    }
  });
});
