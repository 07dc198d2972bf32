import { describe, expect, it } from 'vitest';
import { shellText, tracerCommand } from '../../src/record/commands.js';
import { factsWith } from './facts.js';

const PIDS = { target: { kind: 'pid', pids: [7] }, pids: [7, 8], output: 'out file' } as const;
const COMMAND = { target: { kind: 'command', argv: ['app', "it's"] }, pids: [], output: 'out' } as const;
const text = (...args: Parameters<typeof tracerCommand>) => shellText(tracerCommand(...args));

describe('tracerCommand', () => {
  it.each([
    [
      text('perf', factsWith(), PIDS),
      "perf record -N --buildid-mmap -m 2M -r 1 -k CLOCK_MONOTONIC -z -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o 'out file' -p 7,8",
    ],
    [text('strace', factsWith(), PIDS), "strace -f -ttt -T -yy -s 0 -I 2 -o 'out file' -p 7 -p 8"],
    [
      text('strace', factsWith(), { ...COMMAND, stacks: true }),
      "strace -f -ttt -T -yy -s 0 -I 2 -k -o out -- app 'it'\\''s'",
    ],
  ])('%s', (made, expected) => expect(made).toBe(expected));

  it('asks of perf only what it can do', () => {
    const old = factsWith({ perf: { version: '5.4.0', zstd: false, realtime: false, text: '' } });
    const made = text('perf', old, PIDS);
    expect(made).toContain(' -B ');
    expect(made).not.toContain(' -z');
    expect(made).not.toContain('--buildid-mmap');
    expect(made).not.toContain(' -r ');
  });

  it('no file of a ring is compressed by perf: only the first of such a stream could be read', () => {
    const made = text('perf', factsWith(), { ...PIDS, ring: { fileBytes: 2 ** 20 } });
    expect(made).toContain('--switch-output=signal --max-size=1024K');
    expect(made).not.toContain(' -z');
  });

  it('has perf keep room for copies of stacks', () => {
    expect(text('perf', factsWith(), { ...COMMAND, stacks: true })).toMatch(/ -m 16M .*--call-graph dwarf /);
  });

  it('context switches are recorded when asked for', () => {
    expect(text('perf', factsWith(), { ...PIDS, switches: true })).toContain('-e sched:sched_switch');
  });
});
