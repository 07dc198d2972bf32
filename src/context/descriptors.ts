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

interface State {
  readonly side: Map<number, number>;
  readonly last: Map<number, number>;
}

export class DescriptorPast {
  private readonly action: Uint8Array;
  private readonly states = new Map<number, State>();
  private readonly threads: readonly Thread[];

  constructor(trace: Trace) {
    this.threads = trace.threads;
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
    const { pid, parent } = this.threads[thread]!;
    let state = this.states.get(pid);
    if (state === undefined) {
      const from = parent < 0 ? undefined : this.states.get(this.threads[parent]!.pid);
      state = { side: new Map(from?.side), last: new Map(from?.last) };
      this.states.set(pid, state);
    }
    return state;
  }

  /** Side of the connection that the call is about. Connecting makes it the program's own. */
  side(state: State, call: number, descriptor: number): number {
    const action = this.action[call]!;
    if (action === ACCEPT) return ACCEPTED;
    if (action === CONNECT) {
      state.side.set(descriptor, CONNECTED);
      return CONNECTED;
    }
    return descriptor < 0 ? 0 : (state.side.get(descriptor) ?? 0);
  }

  /** Takes note of the call once its symbol is known. */
  note(state: State, call: number, descriptor: number, succeeded: boolean, result: number, symbol: number): void {
    const action = this.action[call]!;
    if (action === CLOSE) {
      state.side.delete(descriptor);
      state.last.delete(descriptor);
      return;
    }
    if ((action === ACCEPT || action === CREATE) && succeeded && result >= 0) {
      state.last.set(result, symbol);
      if (action === ACCEPT) state.side.set(result, ACCEPTED);
      else state.side.delete(result);
      return;
    }
    if (descriptor >= 0) state.last.set(descriptor, symbol);
  }
}
