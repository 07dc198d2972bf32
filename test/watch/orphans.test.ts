import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { endOrphans, isOrphan } from '../../src/watch/orphans.js';
import { folders } from './helpers/parts.js';

const folder = folders();

it.each<[string, boolean]>([
  ['/usr/bin/perf record -o /w/ring/ring -p 1', true],
  ['strace -f -o /w/ring/pipe -p 1', true],
  ['strace -f -o /w/ring2/pipe -p 1', false],
  ['less /w/ring/ring', false],
  ['perf record -o /elsewhere -p 1', false],
  ['', false],
])('%s', (line, is) => expect(isOrphan(line.split(' '), '/w/ring')).toBe(is));

it.skipIf(!existsSync('/proc/self/cmdline'))('is ended, and nobody else is', async () => {
  const at = folder();
  const ring = path.join(at, 'ring');
  mkdirSync(ring);
  writeFileSync(path.join(ring, 'pipe'), '');
  symlinkSync('/bin/sh', path.join(at, 'perf'));
  const start = (program: string, file: string) =>
    spawn(path.join(at, program), ['-c', 'read x', 'sh', file], { stdio: ['pipe', 'ignore', 'ignore'] });
  const [ours, other] = [start('perf', path.join(ring, 'ring')), start('perf', path.join(at, 'other'))];
  const ended = new Promise((resolve) => ours.once('exit', (_, signal) => resolve(signal)));
  try {
    while ((await endOrphans(ring)).length === 0) await new Promise((r) => setTimeout(r, 5));
    expect(await ended).toBe('SIGTERM');
    expect(other.exitCode).toBe(null);
  } finally {
    ours.kill('SIGKILL');
    other.kill('SIGKILL');
  }
});
