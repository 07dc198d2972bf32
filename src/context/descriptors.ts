/**
 * What the program did with each descriptor so far: who opened the connection, and the last symbol on it. A descriptor is as a
 * rule handled by one piece of code, so its past tells more of the present call than the thread's, which an event loop mixes.
 * Per process, in order of time; a forked child starts with a copy. O(1) a call; a fork costs its open descriptors.
 */
import type { Thread, Trace } from '../trace/table.js';

export const ACCEPTED = 1;
export const CONNECTED = 2;

const ACCEPTS = new Set(['accept', 'accept4']);
const CLOSES = new Set(['close', 'shutdown_close']);
const CREATES = new Set([
  ...[
    'accept',
    'accept4',
    'open',
    'openat',
    'openat2',
    'creat',
    'socket',
    'dup',
    'eventfd',
    'eventfd2',
    'timerfd_create',
  ],
  ...['epoll_create', 'epoll_create1', 'memfd_create', 'inotify_init', 'inotify_init1', 'signalfd4', 'pidfd_open'],
]);
const NOTHING = 0;
const ACCEPT = 1;
const CONNECT = 2;
const CLOSE = 3;
const CREATE = 4;

/** Linux allows 2^20 descriptors a process at most by default (fs.nr_open); nothing is kept of larger numbers. */
const MAX_DESCRIPTOR = 1 << 20;

/** What is known of the descriptors of a process, by number. */
class State {
  /** 0: nothing. */
  sides: Uint8Array;
  /** Symbol of the last call on it, 0: none. */
  lasts: Int32Array;

  constructor(from?: State) {
    this.sides = from?.sides.slice() ?? new Uint8Array(64);
    this.lasts = from?.lasts.slice() ?? new Int32Array(64);
  }

  /** Of -1 and of what was never seen: 0. */
  side(descriptor: number): number {
    return descriptor >= 0 && descriptor < this.sides.length ? this.sides[descriptor]! : 0;
  }

  last(descriptor: number): number {
    return descriptor >= 0 && descriptor < this.lasts.length ? this.lasts[descriptor]! : 0;
  }

  setSide(descriptor: number, side: number): void {
    if (this.holds(descriptor)) this.sides[descriptor] = side;
  }

  setLast(descriptor: number, symbol: number): void {
    if (this.holds(descriptor)) this.lasts[descriptor] = symbol;
  }

  private holds(descriptor: number): boolean {
    if (descriptor >= 0 && descriptor < this.sides.length) return true;
    if (descriptor < 0 || descriptor >= MAX_DESCRIPTOR) return false;
    const size = Math.max(descriptor + 1, 2 * this.sides.length);
    const { sides, lasts } = this;
    this.sides = new Uint8Array(size);
    this.sides.set(sides);
    this.lasts = new Int32Array(size);
    this.lasts.set(lasts);
    return true;
  }
}

export class DescriptorPast {
  private readonly action: Uint8Array;
  private readonly states = new Map<number, State>();
  /** By thread: its process's. */
  private readonly known: (State | undefined)[];
  private readonly threads: readonly Thread[];

  constructor(trace: Trace) {
    this.threads = trace.threads;
    this.known = trace.threads.map(() => undefined);
    this.action = Uint8Array.from(trace.calls, (name) =>
      ACCEPTS.has(name)
        ? ACCEPT
        : CLOSES.has(name)
          ? CLOSE
          : name === 'connect'
            ? CONNECT
            : CREATES.has(name)
              ? CREATE
              : NOTHING,
    );
  }

  /** Whether a call of this name makes a descriptor and returns it. */
  static creates(name: string): boolean {
    return ACCEPTS.has(name) || CREATES.has(name);
  }

  /** The process of a thread; a child that appears gets its parent's descriptors. */
  of(thread: number): State {
    return this.known[thread] ?? this.appear(thread);
  }

  private appear(thread: number): State {
    const { pid, parent } = this.threads[thread]!;
    let state = this.states.get(pid);
    if (state === undefined) {
      state = new State(parent < 0 ? undefined : this.states.get(this.threads[parent]!.pid));
      this.states.set(pid, state);
    }
    return (this.known[thread] = state);
  }

  /**
   * Side of the connection that the call is about. Connecting makes it the program's own. What ports tell of an older one is left
   * out here: another tracer does not tell it, and the same call would be another symbol in learning than in the incident.
   */
  side(state: State, call: number, descriptor: number): number {
    const action = this.action[call]!;
    if (action === ACCEPT) return ACCEPTED;
    if (action === CONNECT) {
      state.setSide(descriptor, CONNECTED);
      return CONNECTED;
    }
    return state.side(descriptor);
  }

  /** Takes note of the call once its symbol is known. */
  note(state: State, call: number, descriptor: number, succeeded: boolean, result: number, symbol: number): void {
    const action = this.action[call]!;
    if (action === CLOSE) {
      state.setSide(descriptor, 0);
      state.setLast(descriptor, 0);
      return;
    }
    if ((action === ACCEPT || action === CREATE) && succeeded && result >= 0) {
      state.setLast(result, symbol);
      state.setSide(result, action === ACCEPT ? ACCEPTED : 0);
      return;
    }
    state.setLast(descriptor, symbol);
  }
}
