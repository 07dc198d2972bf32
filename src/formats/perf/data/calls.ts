/** Entries and exits of system calls as events.ts has them, to rows: ../call-rows.ts says which. */
import type { ChunkWriter } from '../../../trace/chunk-writer.js';
import { CallRows } from '../call-rows.js';
import { DAMAGED, NO_NUMBER } from '../names.js';
import type { PerfDataLayout } from './arranger.js';
import * as e from './events.js';

export class PerfDataCalls extends CallRows {
  private words: Int32Array = new Int32Array(0);
  private first = 0;
  /** Calls by the index of their tracepoint: of entries, of exits; NOT_YET before they were met. */
  private readonly entered: Int32Array;
  private readonly left: Int32Array;

  constructor(
    writer: ChunkWriter,
    private readonly given: PerfDataLayout,
  ) {
    super(writer, given);
    this.entered = new Int32Array(given.calls.length).fill(NOT_YET);
    this.left = new Int32Array(given.calls.length).fill(NOT_YET);
  }

  /** The entry at words[at]; false when it is damaged. */
  entry(words: Int32Array, at: number, isRaw: boolean, thread: number, cpu: number, now: number): boolean {
    this.words = words;
    this.first = at + e.ARGS;
    const number = words[at + e.CALL];
    const call = isRaw ? this.numbered(number, words[this.first]) : this.named(this.entered, number, words[this.first]);
    if (call < 0) return false;
    this.enter(call, thread, cpu, now);
    return true;
  }

  leave(words: Int32Array, at: number, isRaw: boolean, returned: number, thread: number, now: number): boolean {
    const number = words[at + e.CALL];
    const call = isRaw ? this.numbered(number, null) : this.named(this.left, number, null);
    if (call === DAMAGED) return false;
    this.result.set(returned);
    this.exit(call, thread, now);
    return true;
  }

  /** The call of a tracepoint that was met; -1 for another, and for one that stands for several. */
  ofTracepoint(index: number, isEntry: boolean): number {
    return (isEntry ? this.entered : this.left)[index] ?? NOT_YET;
  }

  protected argument(index: number): number {
    return this.words[this.first + index];
  }

  private numbered(number: number, first: number | null): number {
    return number === NO_NUMBER ? NO_NUMBER : number < 0 ? DAMAGED : this.names.ofNumber(number, first);
  }

  private named(known: Int32Array, index: number, first: number | null): number {
    const call = known[index];
    this.names.indirect = false;
    if (call >= 0) return call;
    const name = this.given.calls[index] ?? '';
    if (name === '') return DAMAGED;
    const found = this.names.ofName(name, first);
    if (!this.names.indirect) known[index] = found;
    return found;
  }
}

const NOT_YET = -1;
