/**
 * `sched:sched_switch` as perf prints it, in its own way and in those of older versions:
 *
 *   prev_comm=redis-server prev_pid=18651 prev_prio=120 prev_state=S ==> next_comm=python3 next_pid=17961 next_prio=120
 *   redis-server:18651 [120] S ==> python3:17961 [120]
 *   task redis-server:18651 [120] (S) ==> python3:17961 [120]
 *
 * Names of tasks may hold anything, so fields are looked for from the side where they are sure.
 */
import type { ChunkSwitches } from '../../trace/chunk.js';
import { NO_CPU } from '../../trace/table.js';
import { ByteInterner, LF, SPACE, grown, hashBytes, isDigit, startsWith } from '../../lib/bytes.js';

/** TASK_COMM_LEN. */
const NAME_BYTES = 16;
/** Bytes on either side of the arrow, with what -F +ip,sym puts before them: damaged text may be of any length. */
const LONGEST_TEXT = 1024;

/** Columns of events, of which `ChunkSwitches` has the same. */
export type SwitchColumns = Pick<
  ChunkSwitches,
  'time' | 'cpu' | 'previousTid' | 'previousState' | 'nextTid' | 'nextName'
>;

export class PerfSwitches {
  private length = 0;
  private time = new Float64Array(256);
  private cpu = new Uint16Array(256);
  private previousTid = new Int32Array(256);
  private previousState = new Uint8Array(256);
  private nextTid = new Int32Array(256);
  private nextName = new Uint16Array(256);
  private readonly names = new ByteInterner();
  /** Who had the CPU in the event that was read last. */
  previous = 0;
  /** The name that was read last, bytes[nameStart, nameEnd), and its number; nameEnd is -1 where there was none. */
  nameStart = 0;
  nameEnd = -1;
  nameNumber = 0;

  /** Reads the event's text at `p`; false when damaged. `cpu`: -1 when not recorded. */
  read(bytes: Uint8Array, p: number, cpu: number, now: number): boolean {
    this.nameEnd = -1;
    // The name of who had the CPU may hold an arrow, too.
    for (let arrow = p; bytes[arrow] !== LF && arrow < p + LONGEST_TEXT; arrow++) {
      if (bytes[arrow] !== 61 /* = */ || !startsWith(bytes, arrow, '==> ')) continue;
      if (this.readAt(bytes, p, arrow, cpu, now)) return true;
    }
    return false;
  }

  /** Reads the text at `p`, in two parts at `arrow`; false when that is not the arrow between them. */
  private readAt(bytes: Uint8Array, p: number, arrow: number, cpu: number, now: number): boolean {
    const next = arrow + 4;
    let end = next;
    while (bytes[end] > 13 && end < next + LONGEST_TEXT) end++;
    // prev_state=S ==> and S ==> both end in the state.
    let state = arrow - 1;
    while (state > p && bytes[state] === SPACE) state--;
    while (state > p && bytes[state - 1] !== SPACE && bytes[state - 1] !== 61) state--;
    // The oldest way puts brackets round it.
    const letter = bytes[bytes[state] === 40 /* ( */ ? state + 1 : state];
    if (startsWith(bytes, next, 'next_comm=')) {
      const idAt = lastOf(bytes, next, end, ' next_pid=');
      const previousAt = lastOf(bytes, p, arrow, ' prev_pid=');
      // No name has room for both.
      if (idAt < 0 || previousAt < 0 || lastOf(bytes, previousAt, arrow, ' prev_state=') < 0) return false;
      const from = this.add(bytes, next + 10, idAt, cpu, now);
      this.nextTid[from] = idOf(bytes, idAt + 10);
      this.previousTid[from] = this.previous = idOf(bytes, previousAt + 10);
      this.previousState[from] = letter;
      return true;
    }
    const nextColon = colonBefore(bytes, next, end);
    const previousColon = colonBefore(bytes, p, state);
    if (nextColon < 0 || previousColon < 0) return false;
    // The first name may look like fields and an arrow, but with what follows it makes the second one too long.
    if (nextColon - next >= NAME_BYTES) return false;
    const row = this.add(bytes, next, nextColon, cpu, now);
    this.nextTid[row] = idOf(bytes, nextColon + 1);
    this.previousTid[row] = this.previous = idOf(bytes, previousColon + 1);
    this.previousState[row] = letter;
    return true;
  }

  /** An event in numbers; `state`: a letter. The name that gets the CPU stands at bytes[nameAt], up to a zero. `cpu` as above. */
  push(
    now: number,
    cpu: number,
    previous: number,
    state: number,
    next: number,
    bytes: Uint8Array,
    nameAt: number,
  ): void {
    let end = nameAt;
    while (end < nameAt + NAME_BYTES && bytes[end] !== 0) end++;
    const row = this.add(bytes, nameAt, end, cpu, now);
    this.previousTid[row] = previous;
    this.previousState[row] = state;
    this.nextTid[row] = next;
  }

  finish(): ChunkSwitches | null {
    const { length } = this;
    if (length === 0) return null;
    return {
      length,
      time: this.time,
      cpu: this.cpu,
      previousTid: this.previousTid,
      previousState: this.previousState,
      nextTid: this.nextTid,
      nextName: this.nextName,
      nextNames: this.names.strings,
    };
  }

  /** Events that were read elsewhere; names by number, CPUs NO_CPU where not recorded. */
  append({ time, cpu, previousTid, previousState, nextTid, nextName }: SwitchColumns): void {
    const row = this.length;
    this.length += time.length;
    while (this.length > this.time.length) this.grow(this.time.length * 2);
    this.time.set(time, row);
    this.cpu.set(cpu, row);
    this.previousTid.set(previousTid, row);
    this.previousState.set(previousState, row);
    this.nextTid.set(nextTid, row);
    this.nextName.set(nextName, row);
  }

  private add(bytes: Uint8Array, nameStart: number, nameEnd: number, cpu: number, now: number): number {
    const row = this.length++;
    if (row === this.time.length) this.grow(row * 2);
    this.time[row] = now;
    this.cpu[row] = cpu < 0 ? NO_CPU : cpu;
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    this.nameNumber = this.names.intern(bytes, nameStart, nameEnd, hashBytes(bytes, nameStart, nameEnd));
    this.nextName[row] = this.nameNumber;
    return row;
  }

  private grow(n: number): void {
    this.time = grown(this.time, n);
    this.cpu = grown(this.cpu, n);
    this.previousTid = grown(this.previousTid, n);
    this.previousState = grown(this.previousState, n);
    this.nextTid = grown(this.nextTid, n);
    this.nextName = grown(this.nextName, n);
  }
}

/** Where `word` occurs last in bytes[start, end), -1 when nowhere. */
function lastOf(bytes: Uint8Array, start: number, end: number, word: string): number {
  for (let p = end - word.length; p >= start; p--) if (startsWith(bytes, p, word)) return p;
  return -1;
}

/** Of `name:tid [prio]` before `end`, where only spaces may follow: the colon, -1 when there is none. */
function colonBefore(bytes: Uint8Array, start: number, end: number): number {
  let p = end - 1;
  while (p > start && bytes[p] === SPACE) p--;
  if (bytes[p] !== 93 /* ] */) return -1;
  for (p--; p > start && (isDigit(bytes[p]) || bytes[p] === 45) /* - */; p--);
  if (bytes[p] !== 91 /* [ */ || bytes[p - 1] !== SPACE) return -1;
  for (p -= 2; p > start && isDigit(bytes[p]); p--);
  return p > start && bytes[p] === 58 /* : */ && isDigit(bytes[p + 1]) ? p : -1;
}

function idOf(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let p = from; isDigit(bytes[p]); p++) value = (value * 10 + (bytes[p] - 48)) | 0;
  return value;
}
