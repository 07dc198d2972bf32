/** What the text of a trace tells of threads being of one process, beside its rows. Threads by tid. */
export interface KinFacts {
  /** A thread woke another at a private futex: `only` where nobody else waited there. */
  readonly woke: readonly { readonly waker: number; readonly sleeper: number; readonly only: boolean }[];
  /** tgkill(pid, tid): the thread is one of the process. */
  readonly signals: readonly { readonly pid: number; readonly tid: number }[];
  /** Two threads' descriptors of one number stood for different things at the same time: two tids after each other, there may be many. */
  readonly apart: Int32Array;
  /** Private futexes, with the threads that waited or woke there. */
  readonly futexes: readonly { readonly address: number; readonly tids: readonly number[] }[];
  /** Whom notices of attaching name: processes. */
  readonly processes: readonly number[];
}

/** The facts of all pieces of a text. */
export function togetherFacts(facts: readonly KinFacts[]): KinFacts {
  const futexes = new Map<number, Set<number>>();
  for (const { address, tids } of facts.flatMap((each) => each.futexes)) {
    const users = futexes.get(address) ?? new Set();
    for (const tid of tids) users.add(tid);
    futexes.set(address, users);
  }
  return {
    woke: facts.flatMap(({ woke }) => woke),
    signals: facts.flatMap(({ signals }) => signals),
    apart: joined(facts.map(({ apart }) => apart)),
    processes: facts.flatMap(({ processes }) => processes),
    futexes: [...futexes].map(([address, tids]) => ({ address, tids: [...tids] })),
  };
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
