/** Less of the machine for the server: control groups, version 1 (cpu, blkio) or 2 (cgroup.procs, cpu.max, io.max). */
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';

const ROOT = '/sys/fs/cgroup';
/** The scheduler's period, us: long enough for quotas of a few per cent. */
const PERIOD = 500_000;
const unified = existsSync(`${ROOT}/cgroup.controllers`);

/** A limit that is in force until it is lifted. */
export interface Limit {
  lift(): void;
}

/** So many processors for the processes together, and for those that they fork. */
export function limitCpu(name: string, pids: readonly number[], processors: number): Limit {
  const quota = Math.max(2000, Math.round(processors * PERIOD));
  return unified
    ? limit('', name, pids, [['cpu.max', `${quota} ${PERIOD}`]])
    : limit('cpu', name, pids, [
        ['cpu.cfs_period_us', String(PERIOD)],
        ['cpu.cfs_quota_us', String(quota)],
      ]);
}

/** So many writes a second to the disk on which the folder lies. */
export function limitWrites(name: string, pids: readonly number[], folder: string, perSecond: number): Limit {
  const { dev } = statSync(folder);
  // makedev(3), for the small numbers that disks have.
  const device = `${(dev >> 8) & 0xfff}:${dev & 0xff}`;
  return unified
    ? limit('', name, pids, [['io.max', `${device} wiops=${perSecond}`]])
    : limit('blkio', name, pids, [['blkio.throttle.write_iops_device', `${device} ${perSecond}`]]);
}

function limit(controller: string, name: string, pids: readonly number[], settings: [string, string][]): Limit {
  const top = `${ROOT}/${controller}`.replace(/\/$/, '');
  const group = `${top}/${name}`;
  mkdirSync(group, { recursive: true });
  for (const [file, value] of settings) writeFileSync(`${group}/${file}`, value);
  move(pids, group);
  return {
    lift() {
      const members = pids.flatMap((pid) => (existsSync(`/proc/${pid}`) ? [pid] : []));
      move(members, top);
      try {
        rmdirSync(group);
      } catch {
        // Processes that were forked meanwhile are still in it; it is used again or goes with the machine's next start.
      }
    },
  };
}

/** In version 1 a thread can be moved alone, and its input and output is counted by thread: each is moved. */
function move(pids: readonly number[], group: string): void {
  for (const pid of pids) {
    try {
      writeFileSync(`${group}/cgroup.procs`, String(pid));
      if (!unified) for (const thread of readdirSync(`/proc/${pid}/task`)) writeFileSync(`${group}/tasks`, thread);
    } catch {
      // It has ended.
    }
  }
}
