import type { Facts } from '../../src/record/facts.js';

const ALL = (1n << 41n) - 1n;

/** A machine where all is allowed, and what of it is different. */
export function factsWith(different: Partial<Facts> = {}): Facts {
  return {
    kernel: '6.1.0-18-amd64',
    arch: 'x64',
    uid: 0,
    capabilities: ALL,
    container: false,
    seccomp: false,
    paranoid: 2,
    tracefs: 'readable',
    tracefsWritable: true,
    hostPids: true,
    ptraceScope: 1,
    perf: { version: '6.1.76', zstd: true, realtime: true, text: 'perf version 6.1.76' },
    strace: { version: '6.1', stacks: true },
    trials: { ftrace: null, perf: null, strace: null },
    ...different,
  };
}

export const NOBODY: Partial<Facts> = { uid: 65534, capabilities: 0n, tracefs: 'forbidden', tracefsWritable: false };

/** perf may record, ftrace may not. */
export const READ_ONLY: Partial<Facts> = { tracefsWritable: false };
