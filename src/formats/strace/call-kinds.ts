/** What is known of each call of a chunk by its name, by its number there: see call-traits.ts. */
import { FIRST_UNKNOWN, ROLES, callTraits } from '../../trace/call-traits.js';
import type { Role } from '../../trace/call-traits.js';
import { makesPair } from '../../trace/descriptor-pair.js';

/** Distinct names whose traits are kept; Linux has fewer than 500 calls. Names beyond are treated as unknown calls. */
const MAX_CALLS = 1024;

const role = (name: Role): number => ROLES.indexOf(name);
export const FUTEX = role('futex');
export const EPOLL_CTL = role('epoll_ctl');
export const FCNTL = role('fcntl');
export const TIMEOUT = role('timeout');
export const TIMEOUT_MASK = role('timeout-mask');
export const OPEN = role('open');
export const SOCKET = role('socket');
export const CLONE = role('clone');
export const FORK = role('fork');
export const EXEC = role('exec');
export const PRCTL = role('prctl');
export const EXIT = role('exit');
export const RESTART = role('restart');
export const TID = role('tid');
export const PID = role('pid');

export class CallKinds {
  /** How many calls are known. */
  known = 0;
  /** What the first argument is. */
  readonly first = new Uint8Array(MAX_CALLS).fill(FIRST_UNKNOWN);
  /** The kind that the name alone tells, -1 for none. */
  readonly byName = new Int8Array(MAX_CALLS).fill(-1);
  readonly roles = new Uint8Array(MAX_CALLS);
  /** Whether the call makes two descriptors. */
  readonly pairs = new Uint8Array(MAX_CALLS);

  /** Knows all up to this call. `names`: of calls by number. */
  learn(call: number, names: readonly string[]): void {
    for (; this.known <= call; this.known++) {
      if (this.known >= MAX_CALLS) continue;
      const traits = callTraits(names[this.known]!);
      this.first[this.known] = traits.first;
      this.byName[this.known] = traits.kind;
      this.roles[this.known] = role(traits.role);
      this.pairs[this.known] = Number(makesPair(names[this.known]!));
    }
  }
}
