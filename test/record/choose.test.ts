import { describe, expect, it } from 'vitest';
import { PerfscopeError } from '../../src/errors.js';
import type { Backend } from '../../src/record/backends.js';
import { chooseBackend, chooseStacks } from '../../src/record/choose.js';
import type { Facts } from '../../src/record/facts.js';
import type { Target } from '../../src/record/recorder.js';
import { perfTrouble, straceTrouble } from '../../src/record/troubles.js';
import { NOBODY, READ_ONLY, factsWith } from './facts.js';

const PID: Target = { kind: 'pid', pids: [12] };
const COMMAND: Target = { kind: 'command', argv: ['app'] };
const WORKED = { worked: true, said: '' };
const failed = (said: string) => ({ worked: false, said });

function refusal(facts: Facts, target: Target = PID, wanted: Backend | null = null): PerfscopeError {
  try {
    chooseBackend(facts, target, wanted);
  } catch (error) {
    return error as PerfscopeError;
  }
  throw new Error('it chose');
}

describe('chooseBackend', () => {
  it('ftrace, where it works: it costs least', () => {
    expect(chooseBackend(factsWith(), PID, null)).toMatchObject({ backend: 'ftrace', warning: '' });
  });

  it.each<[string, Partial<Facts>, RegExp]>([
    ['tracefs is read only', READ_ONLY, /no instance of ftrace may be made/],
    ['ids of processes are those of a container', { hostPids: false }, /ids on the host/],
    [
      'it was tried in vain',
      { trials: { ftrace: failed('ftrace: EPERM: operation not permitted, mkdir'), perf: WORKED, strace: null } },
      /tracefs refuses it: .*EPERM/,
    ],
    [
      'the kernel writes no calls',
      { trials: { ftrace: failed('[ ftrace: 0 pages, 0 events lost ]'), perf: WORKED, strace: null } },
      /no system calls/,
    ],
  ])('perf where %s', (_, different, why) => {
    const choice = chooseBackend(factsWith(different), PID, null);
    expect(choice).toMatchObject({ backend: 'perf', warning: '' });
    expect(choice.why).toMatch(why);
  });

  it.each<[string, Partial<Facts>, RegExp]>([
    ['perf is not there', { ...READ_ONLY, perf: null }, /not installed.*/],
    [
      'no perf for the kernel',
      { ...READ_ONLY, perf: { version: '', zstd: false, realtime: false, text: 'not found' } },
      /not for this kernel/,
    ],
    ['tracefs is not mounted', { tracefs: 'missing' }, /not mounted/],
    [
      'perf was tried in vain',
      { ...READ_ONLY, trials: { ftrace: null, perf: failed('Error: EPERM'), strace: WORKED }, seccomp: true },
      /not allowed/,
    ],
  ])('strace with a warning of its cost where %s', (_, different, why) => {
    const choice = chooseBackend(factsWith(different), PID, null);
    expect(choice.backend).toBe('strace');
    expect(choice.why).toMatch(why);
    expect(choice.warning).toMatch(/50 times/);
  });

  it('the other one where it is asked for, still with its cost', () => {
    expect(chooseBackend(factsWith(), PID, 'strace')).toMatchObject({ backend: 'strace', why: 'it was asked for' });
    expect(chooseBackend(factsWith(), PID, 'strace').warning).toMatch(/50 times/);
  });

  it('what was tried is believed, not what the settings let one expect', () => {
    const facts = factsWith({ ...NOBODY, trials: { ftrace: null, perf: WORKED, strace: null } });
    expect(chooseBackend(facts, PID, null).backend).toBe('perf');
  });

  it('an unprivileged user may not attach under Yama, but start a program', () => {
    const facts = factsWith(NOBODY);
    const error = refusal(facts);
    expect(error).toMatchObject({ code: 'record' });
    expect(error.message).toMatch(/tracefs .* may not be read; kernel.yama.ptrace_scope is 1/);
    expect(error.advice).toMatch(/sudo/);
    expect(chooseBackend(facts, COMMAND, null).backend).toBe('strace');
  });

  it.each<[string, Partial<Facts>, Backend, RegExp, RegExp]>([
    ['a container of its own', { hostPids: false }, 'ftrace', /ids on the host/, /--pid host/],
    ['under systemd', READ_ONLY, 'ftrace', /not writable/, /ProtectKernelTunables=no/],
    ['paranoid', { ...NOBODY, tracefs: 'readable' }, 'perf', /perf_event_paranoid is 2/, /setcap cap_perfmon/],
    ['container', { container: true, tracefs: 'missing' }, 'perf', /tracefs/, /-v \/sys\/kernel\/tracing/],
    [
      'kernel',
      { perf: { version: '', zstd: false, realtime: false, text: '' } },
      'perf',
      /6\.1\.0-18-amd64/,
      /linux-tools-6\.1\.0-18-amd64/,
    ],
    ['no strace', { strace: null }, 'strace', /not installed/, /Install/],
    ['scope 3', { capabilities: 0n, ptraceScope: 3 }, 'strace', /nobody may attach/, /restart/],
  ])('says the least that helps: %s', (_, different, wanted, message, advice) => {
    const error = refusal(factsWith(different), PID, wanted);
    expect(error.message).toMatch(message);
    expect(error.advice).toMatch(advice);
  });

  it.each([
    ['strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted', { uid: 1000, ptraceScope: 0 }, /another user/],
    ['strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted', { container: true }, /container/],
    ["Couldn't create thread/CPU maps: No such process", {}, /ended/],
    [
      'Permission error mapping pages.\nConsider increasing /proc/sys/kernel/perf_event_mlock_kb,',
      {},
      /lock so much memory/,
    ],
  ])('understands what a tracer said: %s', (said, different, message) => {
    const backend = said.startsWith('strace') ? 'strace' : 'perf';
    const trials = { ftrace: null, perf: null, strace: null, [backend]: failed(said) };
    expect(refusal(factsWith({ ...different, trials }), PID, backend).message).toMatch(message);
  });
});

it('in a container where strace may attach: who cannot be traced is another user', () => {
  const trials = { ftrace: null, perf: null, strace: WORKED };
  const said = 'strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted';
  const trouble = straceTrouble(
    said,
    factsWith({ uid: 1000, capabilities: 0n, ptraceScope: 0, container: true, trials }),
  );
  expect(trouble).toMatchObject({
    what: expect.stringContaining('another user') as string,
    remedy: expect.stringContaining('root') as string,
  });
});

describe('perfTrouble', () => {
  // What perf says of anything that is refused, in short.
  const limited =
    'Error:\nAccess to performance monitoring and observability operations is limited.\n' +
    'perf_event_paranoid setting is 2:\n  -1: Allow use of (almost) all events by all users\n' +
    '      Ignore mlock limit after perf_event_mlock_kb without CAP_IPC_LOCK';

  it.each<[string, Partial<Facts>, RegExp]>([
    ['of a process', { trials: { ftrace: null, perf: WORKED, strace: null } }, /another user, or is protected/],
    [
      'of anything',
      { ...NOBODY, tracefs: 'readable', trials: { ftrace: null, perf: failed(limited), strace: null } },
      /paranoid is 2/,
    ],
    ['by a filter of calls', { seccomp: true }, /perf_event_open is not allowed/],
  ])('knows what is refused: the recording %s', (_, different, what) => {
    expect(perfTrouble(limited, factsWith(different)).what).toMatch(what);
  });
});

describe('chooseStacks', () => {
  it('strace unwinds with what every program has; perf where strace cannot', () => {
    expect(chooseStacks(factsWith(), PID, null).backend).toBe('strace');
    expect(chooseStacks(factsWith({ strace: null }), PID, null).backend).toBe('perf');
    expect(chooseStacks(factsWith({ strace: { version: '4.0', stacks: false } }), PID, null).backend).toBe('perf');
  });

  it('ftrace has none', () => {
    expect(() => chooseStacks(factsWith(), PID, 'ftrace')).toThrow(/no stacks/);
  });

  it('a strace without stacks that was asked for is refused', () => {
    const facts = factsWith({ strace: { version: '4.0', stacks: false } });
    expect(() => chooseStacks(facts, PID, 'strace')).toThrow(/built without stacks/);
  });
});
