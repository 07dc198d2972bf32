/** What /proc tells about processes (proc(5)). A process may end at any moment: then there is nothing to tell. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Clock ticks a second in /proc/PID/stat: USER_HZ, 100 on all Linux machines. */
const TICKS = 100;

function orElse<T>(value: T, look: () => T): T {
  try {
    return look();
  } catch {
    return value;
  }
}

/** The process, its children, theirs, and so on. */
export function processTree(root: number): number[] {
  const found: number[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const threads = orElse<string[]>([], () => readdirSync(`/proc/${pid}/task`));
    if (threads.length === 0) continue;
    found.push(pid);
    for (const thread of threads) {
      const children = orElse('', () => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'));
      for (const child of children.split(' ')) if (child !== '') open.push(Number(child));
    }
  }
  return found;
}

/** Processes of a session (setsid(2)), also those whose parents are gone. */
export function processesOfSession(session: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.[3] === String(session));
}

/** Fields of /proc/PID/stat behind the name, the state first. */
function statOf(pid: number): string[] | null {
  const text = orElse<string | null>(null, () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** CPU time in seconds, with that of children that ended and were waited for. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) for (const field of statOf(pid)?.slice(11, 15) ?? []) ticks += Number(field);
  return ticks / TICKS;
}

export function openDescriptors(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + orElse(0, () => readdirSync(`/proc/${pid}/fd`).length), 0);
}

/** Path of the program that a process runs. */
export function programOf(pid: number): string | null {
  return orElse<string | null>(null, () => readlinkSync(`/proc/${pid}/exe`));
}

export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

export interface Mapping {
  readonly start: number;
  readonly offset: number;
  readonly path: string;
}

/** Files mapped into a process. */
export function mappings(pid: number): Mapping[] {
  const text = orElse('', () => readFileSync(`/proc/${pid}/maps`, 'utf8'));
  return text.split('\n').flatMap((line) => {
    const [range, , offset, , , ...name] = line.split(/ +/);
    return name.length === 0 || !name[0]!.startsWith('/')
      ? []
      : [{ start: parseInt(range!, 16), offset: parseInt(offset!, 16), path: name.join(' ') }];
  });
}
