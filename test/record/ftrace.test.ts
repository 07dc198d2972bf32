/** The recorder of ftrace: its command line, and whom it records, for real where this machine allows it. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { inlinePool } from '../../src/pool/inline-pool.js';
import { readTrace } from '../../src/reading/ingest.js';
import { obstacleOf } from '../../src/record/choose.js';
import { gatherFacts } from '../../src/record/facts.js';
import { parseRecorderArguments, recorderArguments } from '../../src/record/ftrace/arguments.js';
import { ftraceCommand } from '../../src/record/ftrace/command.js';
import type { RecorderOptions } from '../../src/record/ftrace/recorder.js';
import { type Target, startRing } from '../../src/record/recorder.js';
import { isOrphan } from '../../src/watch/orphans.js';
import { scratchFolder } from '../cli/run.js';
import { worked } from '../helpers/running.js';

const scratch = scratchFolder();
afterAll(() => scratch.dispose());

describe('recorderArguments', () => {
  it.each<[Target, Partial<RecorderOptions>]>([
    [{ kind: 'pid', pids: [1, 22] }, { ring: true }],
    [{ kind: 'comm', name: '-odd name' }, { pack: true }],
    [{ kind: 'cgroup', path: '/system.slice/a.service' }, { switches: true }],
    [{ kind: 'command', argv: ['app', '--flag', '-o', 'x', '--', 'y'] }, {}],
  ])('%j is understood as it was meant', (target, different) => {
    const options = { target, output: '/tmp/a b', switches: false, pack: false, ring: false, ...different };
    expect(parseRecorderArguments(recorderArguments(options))).toEqual(options);
  });

  it('a recorder that outlived its watch is known by its command', () => {
    const target: Target = { kind: 'pid', pids: [1] };
    const command = ftraceCommand({ target, output: '/w/ring/ring', switches: false, pack: false, ring: true });
    expect(isOrphan(command, '/w/ring')).toBe(true);
    expect(isOrphan(command, '/w/other')).toBe(false);
    expect(isOrphan(['node', '/somebody/elses/ftrace.js', '-o', '/w/ring/ring'], '/w/ring')).toBe(false);
  });
});

it('a process that comes to have the name later is recorded, too', async () => {
  if (obstacleOf('ftrace', await gatherFacts(['ftrace'])) !== null)
    return console.log('skipped: ftrace may not record on this machine');
  const program = scratch.at('late-comer');
  copyFileSync('/bin/sh', program);
  const start = () => spawn(program, ['-c', 'while :; do : < /etc/hostname; done'], { stdio: 'ignore' });
  const folder = scratch.at('ring');
  mkdirSync(folder);
  const first = start();
  let second = first;
  await sleep(100);
  const target = { kind: 'comm', name: 'late-comer' } as const;
  const log = () => undefined;
  const ring = await startRing({ target, seconds: 30, folder, maxBytes: 2 ** 28, backend: 'ftrace', log });
  try {
    await worked(first.pid!, 0.05);
    first.kill('SIGKILL');
    second = start();
    let named: number[] = [];
    for (let n = 0; n < 60 && !named.includes(second.pid!); n++) {
      second.kill('SIGCONT');
      await worked(second.pid!, 0.2);
      // What it calls meanwhile would be more to read.
      second.kill('SIGSTOP');
      const snapshot = scratch.at(`snapshot-${n}`);
      mkdirSync(snapshot);
      const { paths } = await ring.snapshot(snapshot, 30);
      const { trace } = await readTrace([...paths], { pool: inlinePool });
      named = trace.threads.filter(({ name }) => name === 'late-comer').map(({ tid }) => tid);
    }
    expect(named).toEqual(expect.arrayContaining([first.pid, second.pid]));
  } finally {
    first.kill('SIGKILL');
    second.kill('SIGKILL');
    await ring.stop();
  }
});
