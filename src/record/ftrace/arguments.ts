/** The command line of the recorder: made by who records, read by workers/ftrace.ts. */
import { parseArgs } from 'node:util';
import type { Target } from '../recorder.js';
import type { RecorderOptions } from './recorder.js';

export function recorderArguments({ target, output, switches, pack, ring }: RecorderOptions): string[] {
  const flags = [...(switches ? ['--switches'] : []), ...(pack ? ['--pack'] : []), ...(ring ? ['--ring'] : [])];
  return ['-o', output, ...flags, ...targetArguments(target)];
}

function targetArguments(target: Target): string[] {
  switch (target.kind) {
    case 'pid':
      return ['--pids', target.pids.join(',')];
    case 'comm':
      return [`--comm=${target.name}`];
    case 'cgroup':
      return [`--cgroup=${target.path}`];
    case 'command':
      return ['--', ...target.argv];
  }
}

export function parseRecorderArguments(argv: readonly string[]): RecorderOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o' },
      pids: { type: 'string' },
      comm: { type: 'string' },
      cgroup: { type: 'string' },
      switches: { type: 'boolean', default: false },
      pack: { type: 'boolean', default: false },
      ring: { type: 'boolean', default: false },
    },
  });
  const { output = '', switches, pack, ring, pids, comm, cgroup } = values;
  const target: Target =
    pids !== undefined
      ? { kind: 'pid', pids: pids.split(',').map(Number) }
      : comm !== undefined
        ? { kind: 'comm', name: comm }
        : cgroup !== undefined
          ? { kind: 'cgroup', path: cgroup }
          : { kind: 'command', argv: positionals };
  return { target, output, switches, pack, ring };
}
