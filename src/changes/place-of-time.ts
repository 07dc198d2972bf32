/** Where a call spends its time, by its name and the kind of its descriptor. */
import type { Symbol } from '../context/symbols.js';
import { PLACES_OF_TIME, type PlaceOfTime } from './window-changes.js';

const IDLE =
  /^(?:epoll_p?wait2?|_?newselect|p?select6?|p?poll|accept4?|wait4|waitid|waitpid|rt_sigtimedwait|rt_sigsuspend|sigsuspend|pause|io_getevents|restart_syscall)$/;
const SYNCS = /^(?:fsync|fdatasync|sync_file_range|msync|syncfs|sync)$/;
const SLEEPS = /nanosleep$/;
const FILES =
  /^(?:open|openat|openat2|creat|stat|lstat|newfstatat|statx|unlink|unlinkat|rename|renameat2?|mkdir|mkdirat|rmdir|access|faccessat2?|readlink|getdents|getdents64|fallocate|ftruncate|truncate)$/;
const NETWORK = new Set(['tcp', 'udp', 'socket', 'netlink']);
const LOCAL = new Set(['unix', 'pipe', 'eventfd']);

export function placeOfTime({ call, kind }: Pick<Symbol, 'call' | 'kind'>): PlaceOfTime {
  if (IDLE.test(call)) return 'idle';
  if (SLEEPS.test(call)) return 'sleep';
  if (call === 'futex' || call === 'flock' || call.startsWith('sem')) return 'locks';
  if (SYNCS.test(call) || FILES.test(call) || kind === 'file' || kind === 'directory') return 'disk';
  if (NETWORK.has(kind) || call === 'connect') return 'network';
  return LOCAL.has(kind) ? 'local' : 'other';
}

export const PLACE_NUMBER: Readonly<Record<PlaceOfTime, number>> = Object.fromEntries(
  PLACES_OF_TIME.map((place, i) => [place, i]),
) as Record<PlaceOfTime, number>;
