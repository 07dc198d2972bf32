/** Processes of this machine, and which of them a recording is of. */
import { access, constants, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import type { Target } from './recorder.js';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly comm: string;
  /** User that it runs as (effective). */
  readonly uid: number;
}

/** The processes there are, by id. Those that end while one looks are left out. */
export async function listProcesses(proc = '/proc'): Promise<Process[]> {
  const names = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const status = await readFile(path.join(proc, name, 'status'), 'utf8').catch(() => null);
      return status === null ? null : parseStatus(status);
    }),
  );
  return found.filter((p) => p !== null).sort((a, b) => a.pid - b.pid);
}

/** Of /proc/PID/status, see proc(5). Null of what has ended, though its parent has not asked yet; other threads may go on without the first. */
export function parseStatus(text: string): Process | null {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
  const pid = Number.parseInt(field('Pid'), 10);
  if (!Number.isInteger(pid)) return null;
  if (/^[ZX]/.test(field('State')) && !(Number(field('Threads')) > 1)) return null;
  const uid = Number(field('Uid').split(/\s+/)[1]);
  return { pid, parent: Number.parseInt(field('PPid'), 10), comm: field('Name'), uid };
}

/**
 * Ids of the processes to attach to: those asked for and all that descend from them, since a server's workers are its children and
 * were there before us. Empty for a command that is yet to be started.
 *
 * @param members of the cgroup asked for
 * @throws PerfscopeError 'record' when there is no such process
 */
export function pidsOf(target: Target, processes: readonly Process[], members: readonly number[] = []): number[] {
  switch (target.kind) {
    case 'command':
      return [];
    case 'pid': {
      const missing = target.pids.filter((pid) => !processes.some((p) => p.pid === pid));
      if (missing.length > 0) throw nothing(`there is no process ${missing.join(', ')}`, 'ps -e lists them.');
      return withDescendants(target.pids, processes);
    }
    case 'comm': {
      // The kernel keeps fifteen bytes of a name.
      const name = target.name.slice(0, 15);
      const named = processes.filter((p) => p.comm === name).map((p) => p.pid);
      const near = processes.find((p) => p.comm.includes(name))?.comm;
      const advice = near === undefined ? 'ps -e -o pid,comm lists them.' : `There is one named ${near}.`;
      if (named.length === 0) throw nothing(`no process is named ${target.name}`, advice);
      return withDescendants(named, processes);
    }
    case 'cgroup':
      if (members.length === 0)
        throw nothing(`no process is in the cgroup ${target.path}`, 'cat /proc/PID/cgroup says where one is.');
      return [...members];
  }
}

function withDescendants(roots: readonly number[], processes: readonly Process[]): number[] {
  const taken = new Set(roots);
  for (let size = 0; size !== taken.size;) {
    size = taken.size;
    for (const p of processes) if (taken.has(p.parent)) taken.add(p.pid);
  }
  return [...taken].sort((a, b) => a - b);
}

const CGROUPS = '/sys/fs/cgroup';

/** Members of a cgroup and of those below it. The path is one of /proc/PID/cgroup, or of the folder in /sys/fs/cgroup. */
export async function cgroupMembers(cgroup: string, root = CGROUPS): Promise<number[]> {
  const folders = await cgroupFolders(cgroup, root);
  const lists = await Promise.all(folders.map((folder) => membersBelow(folder)));
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** Version 1 has a hierarchy a controller; the processes are in each of them. */
async function cgroupFolders(cgroup: string, root: string): Promise<string[]> {
  if (cgroup.startsWith(`${root}/`)) return [cgroup];
  const hierarchies = await readdir(root).catch(() => []);
  return ['', ...hierarchies].map((hierarchy) => path.join(root, hierarchy, cgroup));
}

async function membersBelow(folder: string): Promise<number[]> {
  const text = await readFile(path.join(folder, 'cgroup.procs'), 'utf8').catch(() => null);
  if (text === null) return [];
  const below = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lists = await Promise.all(
    below.filter((e) => e.isDirectory()).map((e) => membersBelow(path.join(folder, e.name))),
  );
  // A process of another namespace is shown as 0.
  const own = text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
  return [...own, ...lists.flat()];
}

/** Who is recorded, from what the kernel says now; never we ourselves, unless we are asked for. @throws PerfscopeError 'record' */
export async function findPids(target: Target): Promise<number[]> {
  if (target.kind === 'command') {
    const [name] = target.argv;
    if ((await findProgram(name!)) === null) throw nothing(`there is no program ${name!}`, 'Give its path.');
    return [];
  }
  const members = target.kind === 'cgroup' ? await cgroupMembers(target.path) : [];
  const pids = pidsOf(target, await listProcesses(), members);
  const asked = target.kind === 'pid' && target.pids.includes(process.pid);
  return asked ? pids : pids.filter((pid) => pid !== process.pid);
}

/**
 * Those that were there `before`, too, if any was. Where processes come and go all the time one of those just listed has always ended when perf
 * comes to it, and perf then gives up: who lasts is recorded, with the children that it has from then on.
 */
export function lasting(pids: readonly number[], before: readonly number[]): readonly number[] {
  const old = pids.filter((pid) => before.includes(pid));
  return old.length > 0 ? old : pids;
}

/** As a shell would find it. */
export async function findProgram(name: string): Promise<string | null> {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(':');
  for (const folder of folders) {
    const file = path.join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return null;
}

function nothing(message: string, advice: string): PerfscopeError {
  return new PerfscopeError('record', message, {}, advice);
}
