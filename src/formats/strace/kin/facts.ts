/**
 * What strace text tells of threads being of one process and its rows do not: addresses of private futexes, signals between
 * threads, and what descriptors stand for. Read once more from the lines, a stretch of each piece: who shares a process does
 * so all the time.
 */
import type { KinFacts } from '../../../trace/kinship/facts.js';
import { type FutexOperation, type KinLineReader, readKinLines } from './lines.js';
import { NamesInUse } from './names.js';

/** Private futexes that are remembered. */
const MOST_FUTEXES = 2000;

const TGKILL = /^(\d+), ?(\d+), ?\w+\) += 0/;

interface Call {
  readonly address: number;
  readonly operation: FutexOperation;
  /** Of a wake: how many it woke that have not come back yet; Infinity while it runs. */
  left: number;
}

/** `tid`: of the lines that name none, 0 when unknown. `processes`: whom notices name. */
export function kinFacts(bytes: Uint8Array, tid: number, processes: readonly number[]): KinFacts {
  const facts = new FactReader();
  readKinLines(bytes, tid, facts);
  return { ...facts.finish(), processes };
}

class FactReader implements KinLineReader {
  private readonly woke: KinFacts['woke'][number][] = [];
  private readonly signals: KinFacts['signals'][number][] = [];
  private readonly futexes = new Map<number, Set<number>>();
  /** By tid: its futex call. */
  private readonly open = new Map<number, Call>();
  /** By address: who waits, and the wakes whose sleepers have not come back. */
  private readonly waiters = new Map<number, Set<number>>();
  private readonly wakes = new Map<number, Map<number, Call>>();
  private readonly names = new NamesInUse();

  futex(tid: number, address: number, operation: FutexOperation, result: number | null): void {
    const users = this.futexes.get(address);
    if (users !== undefined) users.add(tid);
    else if (this.futexes.size < MOST_FUTEXES) this.futexes.set(address, new Set([tid]));
    const call = { address, operation, left: Infinity };
    this.open.set(tid, call);
    if (operation === 'wait') ofKey(this.waiters, address, () => new Set<number>()).add(tid);
    else ofKey(this.wakes, address, () => new Map<number, Call>()).set(tid, call);
    if (result !== null) this.resumed(tid, result);
  }

  resumed(tid: number, result: number): void {
    const call = this.open.get(tid);
    if (call === undefined) return;
    this.open.delete(tid);
    const wakes = this.wakes.get(call.address);
    if (call.operation === 'wake') {
      // What came back while it ran is counted already, below 0.
      call.left = result + (call.left === Infinity ? 0 : call.left);
      if (call.left <= 0) wakes?.delete(tid);
      return;
    }
    const waiters = this.waiters.get(call.address);
    if (result === 0 && wakes !== undefined && wakes.size === 1) {
      const [[waker, wake]] = [...wakes] as [[number, Call]];
      if (waker !== tid) this.woke.push({ waker, sleeper: tid, only: waiters?.size === 1 });
      wake.left = (wake.left === Infinity ? 0 : wake.left) - 1;
      if (wake.left === 0) wakes.delete(waker);
    }
    waiters?.delete(tid);
  }

  signal(rest: string): void {
    const [, pid, tid] = TGKILL.exec(rest) ?? [];
    if (pid !== undefined) this.signals.push({ pid: Number(pid), tid: Number(tid) });
  }

  made(descriptor: number): void {
    this.names.end(descriptor);
  }

  used(tid: number, descriptor: number, name: number): void {
    this.names.use(tid, descriptor, name);
  }

  finish(): Omit<KinFacts, 'processes'> {
    const futexes = [...this.futexes].map(([address, tids]) => ({ address, tids: [...tids] }));
    return { woke: this.woke, signals: this.signals, apart: Int32Array.from(this.names.apart), futexes };
  }
}

function ofKey<V>(map: Map<number, V>, key: number, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
