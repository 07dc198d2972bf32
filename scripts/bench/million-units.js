// A trace of a million execution units, made in memory: eight calls each, of 350 types in 3,000 different sets, on 64 threads.

const UNITS = 1_000_000;
const CALLS_PER_UNIT = 8;
const TYPES = 350;
const SETS = 3000;
const THREADS = 64;
/** What ends a unit: long enough to be a wait. */
const WAIT_NS = 20e6;
const APART_NS = 1000;

export function millionUnits() {
  const length = UNITS * CALLS_PER_UNIT;
  const shared = (Type) => new Type(new SharedArrayBuffer(length * Type.BYTES_PER_ELEMENT));
  const columns = {
    ...{ start: shared(Float64Array), duration: shared(Float64Array), call: shared(Uint16Array) },
    ...{
      thread: shared(Uint32Array),
      errno: shared(Uint8Array),
      kind: shared(Uint8Array),
      variant: shared(Uint8Array),
    },
    ...{ flags: shared(Uint8Array), descriptor: shared(Int32Array), result: shared(Int32Array) },
    ...{ cpu: shared(Uint16Array), stack: null },
  };
  const random = randomNumbers();
  const sets = Array.from({ length: SETS }, () => {
    const types = new Set();
    for (let n = 1 + Math.floor(random() * (CALLS_PER_UNIT - 1)); types.size < n;)
      types.add(1 + Math.floor(random() * (TYPES - 1)));
    return [...types];
  });
  const own = Array.from({ length: THREADS }, () => ({ set: sets[0], done: CALLS_PER_UNIT }));
  for (let i = 0; i < length; i++) {
    const thread = Math.floor(random() * THREADS);
    const unit = own[thread];
    // Some sets are frequent, most are rare.
    if (unit.done === CALLS_PER_UNIT) Object.assign(unit, { set: sets[Math.floor(random() ** 2 * SETS)], done: 0 });
    const waits = ++unit.done === CALLS_PER_UNIT;
    columns.start[i] = i * APART_NS;
    columns.thread[i] = thread;
    columns.call[i] = waits ? 0 : unit.set[unit.done % unit.set.length];
    columns.duration[i] = waits ? WAIT_NS : Math.floor(random() * 1e4);
  }
  return {
    ...{ length, columns, calls: ['epoll_wait', ...Array.from({ length: TYPES - 1 }, (_, i) => `call_${i}`)] },
    threads: Array.from({ length: THREADS }, (_, i) => {
      return { tid: i + 1, pid: 1, name: '', program: '', parent: -1, firstNs: 0, exitNs: null };
    }),
    ...{ stacks: null, switches: null, hasDurations: true, endNs: length * APART_NS },
  };
}

/** The same numbers in every run (Lehmer's generator). */
function randomNumbers() {
  let state = 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
