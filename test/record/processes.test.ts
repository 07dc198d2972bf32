import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusals } from '../../src/record/record.js';
import { cgroupMembers, findPids, lasting, parseStatus, pidsOf } from '../../src/record/processes.js';

const process_ = (pid: number, parent: number, comm: string) => ({ pid, parent, comm, uid: 0 });
const TABLE = [
  process_(1, 0, 'init'),
  process_(10, 1, 'nginx'),
  process_(11, 10, 'nginx-worker'),
  process_(12, 11, 'helper'),
  process_(20, 1, 'a-very-long-nam'),
];

describe('pidsOf', () => {
  it('a process and all that descend from it', () => {
    expect(pidsOf({ kind: 'pid', pids: [10] }, TABLE)).toEqual([10, 11, 12]);
  });

  it('all of a name, which the kernel has cut', () => {
    expect(pidsOf({ kind: 'comm', name: 'nginx' }, TABLE)).toEqual([10, 11, 12]);
    expect(pidsOf({ kind: 'comm', name: 'a-very-long-name-indeed' }, TABLE)).toEqual([20]);
  });

  it.each([
    [{ kind: 'pid', pids: [10, 99] }, /no process 99/],
    [{ kind: 'comm', name: 'worker' }, /no process is named worker/],
    [{ kind: 'cgroup', path: '/none' }, /no process is in the cgroup \/none/],
  ] as const)('%j: says that it is not there', (target, message) => {
    expect(() => pidsOf(target as Parameters<typeof pidsOf>[0], TABLE)).toThrow(message);
  });
});

describe('lasting', () => {
  it('leaves out who came since, unless all did', () => {
    expect(lasting([10, 11, 13], [10, 11, 12])).toEqual([10, 11]);
    expect(lasting([13, 14], [10])).toEqual([13, 14]);
  });
});

describe('parseStatus', () => {
  it('takes the name as it is, with blanks', () => {
    const text = 'Name:\tmy app (x)\nUmask:\t0022\nPid:\t42\nPPid:\t7\nUid:\t1000\t1001\t1000\t1000\n';
    expect(parseStatus(text)).toEqual({ pid: 42, parent: 7, comm: 'my app (x)', uid: 1001 });
  });

  it('what has ended is no process, unless threads of it go on', () => {
    const zombie = (threads: number) =>
      parseStatus(`Name:\tapp\nState:\tZ (zombie)\nPid:\t42\nPPid:\t7\nUid:\t0\t0\t0\t0\nThreads:\t${threads}\n`);
    expect([zombie(1), zombie(3)?.pid]).toEqual([null, 42]);
  });
});

describe('cgroupMembers', () => {
  it('of the cgroup and of those below it, in whichever hierarchy it is', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'cgroup-'));
    const lay = (folder: string, pids: string) => {
      mkdirSync(path.join(root, folder), { recursive: true });
      writeFileSync(path.join(root, folder, 'cgroup.procs'), pids);
    };
    lay('memory/app', '5\n0\n');
    lay('memory/app/sub', '3\n');
    lay('cpu/app', '5\n');
    expect(await cgroupMembers('/app', root)).toEqual([3, 5]);
    expect(await cgroupMembers(path.join(root, 'memory/app/sub'), root)).toEqual([3]);
    expect(await cgroupMembers('/other', root)).toEqual([]);
  });
});

it('findPids: we ourselves when asked for, and not as a child of what is recorded', async () => {
  expect(await findPids({ kind: 'pid', pids: [process.pid] })).toContain(process.pid);
  const family = await findPids({ kind: 'pid', pids: [process.ppid] });
  expect(family).toContain(process.ppid);
  expect(family).not.toContain(process.pid);
});

it('refusals: counted from what strace said of each process', () => {
  const said = 'strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted\nstrace: Process 8 attached\n';
  expect(refusals(said)).toBe(1);
});
