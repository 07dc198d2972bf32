import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { endOrphans, isOrphan } from '../../src/watch/orphans.js';
import { until } from '../helpers/running.js';
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

/** Told to end, it takes its time, and writes beside its file. */
const SLOW = 'trap "sleep .2; : > ${1%/*}/last; exit 0" TERM; : > ${1%/*}/begun; while :; do sleep .01; done';

it.skipIf(!existsSync('/proc/self/cmdline'))('is ended, and nobody else is', async () => {
  const at = folder();
  const ring = path.join(at, 'ring');
  mkdirSync(ring);
  writeFileSync(path.join(ring, 'pipe'), '');
  symlinkSync('/bin/sh', path.join(at, 'perf'));
  const start = (program: string, file: string) =>
    spawn(path.join(at, program), ['-c', SLOW, 'sh', file], { stdio: 'ignore' });
  const [ours, other] = [start('perf', path.join(ring, 'ring')), start('perf', path.join(at, 'other'))];
  const ended = new Promise((resolve) => ours.once('exit', (code) => resolve(code)));
  try {
    await until('its beginning', () => existsSync(path.join(ring, 'begun')));
    expect(await endOrphans(ring)).toEqual([ours.pid]);
    // It has written its last file by now.
    expect(existsSync(path.join(ring, 'last'))).toBe(true);
    expect(await ended).toBe(0);
    expect(other.exitCode).toBe(null);
  } finally {
    ours.kill('SIGKILL');
    other.kill('SIGKILL');
  }
});
