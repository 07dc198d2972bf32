/**
 * A call in its context: its symbol, the two before it and the one after it in its thread, the last one on its descriptor, and
 * whether the one before was on the same descriptor. Rows fold into few distinct contexts, and everything after this
 * works on those. One pass over the columns, O(rows).
 *
 * Two rules come from how programs run, not from the data:
 * - A signal handler interrupts: after rt_sigreturn the thread is where it was before the signal, so the call before it is the
 *   interrupted one; and an interrupted call issued again is still the same call of the same function.
 * - In a loop longer than learning ever saw (`longestRun`), all calls are one invocation's: the context of the first holds for all.
 */
import { ERRNO_RESTART, NO_DESCRIPTOR, type Trace } from '../trace/table.js';
import { DescriptorPast } from './descriptors.js';
import { NumberIndex } from './index-of-numbers.js';
import { EDGE, GRAINS, OUTCOME, type Symbol, grainsOf, resultTraits, sizeClass, symbolOf } from './symbols.js';

/** Distinct contexts; symbol 0 is EDGE. */
export interface ContextTable {
  readonly size: number;
  readonly before2: Int32Array;
  readonly before: Int32Array;
  readonly symbol: Int32Array;
  readonly after: Int32Array;
  /** Last symbol on the same descriptor, 0 when none. */
  readonly onDescriptor: Int32Array;
  readonly sameDescriptor: Uint8Array;
}

export interface RowContexts {
  readonly symbols: readonly Symbol[];
  /** Per row: index into `contexts`. */
  readonly context: Int32Array;
  readonly contexts: ContextTable;
}

export interface ContextOptions {
  /** Calls in a row with equal OUTCOME grain beyond which a run counts as one loop; default: never. */
  readonly longestRun?: (symbol: Symbol) => number;
}

const EINTR = 4;
const NO_SUCH_CALL = 0xffff;

export function contextsOf(trace: Trace, options: ContextOptions = {}): RowContexts {
  const { call, thread, errno, kind, variant, descriptor, result } = trace.columns;
  const interner = new SymbolInterner(trace.calls, options.longestRun);
  const table = new ContextBuilder();
  const context = new Int32Array(trace.length);
  const past = new DescriptorPast(trace);
  const found = trace.calls.indexOf('rt_sigreturn');
  const sigreturn = found < 0 ? NO_SUCH_CALL : found;
  const places = trace.threads.map(() => new Place());

  for (let i = 0; i < trace.length; i++) {
    const c = call[i]!;
    const d = descriptor[i]!;
    const state = past.of(thread[i]!);
    const s = interner.intern(c, variant[i]!, kind[i]!, past.side(state, c, d), errno[i]!, result[i]!);
    const at = places[thread[i]!]!;
    if (at.row >= 0) context[at.row] = table.intern(at.before2, at.before, at.symbol, s, at.own, at.same);

    const sameRun = at.row >= 0 && interner.runClass[at.symbol] === interner.runClass[s];
    at.run = sameRun ? at.run + 1 : 1;
    if (at.stopped && at.stoppedCall === c && at.stoppedDescriptor === d && (at.returned || at.row === at.stoppedRow)) {
      at.resume();
    } else if (at.run > interner.runLimit[s]!) {
      at.loop();
    } else {
      const back = at.returned && at.stopped;
      at.before2 = back ? at.stoppedBefore : at.past;
      at.before = back ? at.stoppedSymbol : at.symbol;
      at.same = d >= 0 && (back ? at.stoppedDescriptor : at.descriptor) === d ? 1 : 0;
      at.own = state.last(d);
    }
    if (at.run === 1) at.begin();
    at.past = at.before;
    past.note(state, c, d, errno[i] === 0, result[i]!, s);
    at.move(i, c, d, s);
    if (c === sigreturn) at.returned = true;
    else {
      if (at.returned) at.stopped = at.returned = false;
      if (errno[i] === EINTR || errno[i] === ERRNO_RESTART) at.stop();
    }
  }
  for (const at of places) {
    if (at.row >= 0) context[at.row] = table.intern(at.before2, at.before, at.symbol, 0, at.own, at.same);
  }
  return { symbols: interner.symbols, context, contexts: table.finish() };
}

/** Where a thread is: its last call with what came before it, and the call that a signal interrupted. */
class Place {
  row = -1;
  call = -1;
  descriptor = NO_DESCRIPTOR;
  symbol = 0;
  before = 0;
  before2 = 0;
  own = 0;
  same = 0;
  /** `before` of the last call: what is two calls back for the next. */
  past = 0;
  /** Calls in a row that are the same save for their sizes, and the context of the first of them. */
  run = 0;
  private runBefore = 0;
  private runBefore2 = 0;
  private runOwn = 0;
  private runSame = 0;
  stopped = false;
  /** rt_sigreturn was the last call: the handler is over. */
  returned = false;
  stoppedRow = -1;
  stoppedCall = -1;
  stoppedDescriptor = NO_DESCRIPTOR;
  stoppedSymbol = 0;
  stoppedBefore = 0;
  private stoppedBefore2 = 0;
  private stoppedOwn = 0;
  private stoppedSame = 0;

  move(row: number, call: number, descriptor: number, symbol: number): void {
    this.row = row;
    this.call = call;
    this.descriptor = descriptor;
    this.symbol = symbol;
  }

  stop(): void {
    this.stopped = true;
    this.stoppedRow = this.row;
    this.stoppedCall = this.call;
    this.stoppedDescriptor = this.descriptor;
    this.stoppedSymbol = this.symbol;
    this.stoppedBefore = this.before;
    this.stoppedBefore2 = this.before2;
    this.stoppedOwn = this.own;
    this.stoppedSame = this.same;
  }

  begin(): void {
    this.runBefore = this.before;
    this.runBefore2 = this.before2;
    this.runOwn = this.own;
    this.runSame = this.same;
  }

  loop(): void {
    this.before = this.runBefore;
    this.before2 = this.runBefore2;
    this.own = this.runOwn;
    this.same = this.runSame;
  }

  resume(): void {
    this.before = this.stoppedBefore;
    this.before2 = this.stoppedBefore2;
    this.own = this.stoppedOwn;
    this.same = this.stoppedSame;
  }
}

/** Kinds (32) x sides (4) x sizes (8). */
const SUCCESSES = 1024;

/** Rows to symbols. */
class SymbolInterner {
  readonly symbols: Symbol[] = [EDGE];
  /** Symbols that differ only in size are of one class. */
  readonly runClass: number[] = [0];
  readonly runLimit: number[] = [Infinity];
  private readonly index = new NumberIndex();
  private readonly classes = new Map<string, number>();
  private readonly traits: Uint8Array;
  /** Per call and variant: symbols of calls that succeeded, by kind, side and size. */
  private readonly succeeded: (Int32Array | undefined)[];

  constructor(
    private readonly calls: readonly string[],
    private readonly longestRun: ((symbol: Symbol) => number) | undefined,
  ) {
    this.traits = Uint8Array.from(calls, resultTraits);
    this.succeeded = new Array<undefined>(32 * calls.length).fill(undefined);
    this.index.intern(Number.MAX_SAFE_INTEGER); // number 0 is EDGE's
  }

  intern(call: number, variant: number, kind: number, side: number, errno: number, result: number): number {
    if (errno === 0) {
      // Most calls succeed: their symbols are looked up without a hash.
      const size = sizeClass(this.traits[call]!, result);
      const v = call * 32 + variant;
      const block = (this.succeeded[v] ??= new Int32Array(SUCCESSES).fill(-1));
      const at = (kind * 4 + side) * 8 + size;
      const known = block[at]!;
      return known >= 0 ? known : (block[at] = this.number(call, variant, kind, side, 0, size));
    }
    return this.number(call, variant, kind, side, errno, 0);
  }

  private number(call: number, variant: number, kind: number, side: number, errno: number, size: number): number {
    const code = ((((call * 32 + variant) * 32 + kind) * 4 + side) * 256 + errno) * 8 + size;
    const s = this.index.intern(code);
    if (s === this.symbols.length) {
      const made = symbolOf({ call: this.calls[call]!, variant, kind, side, errno, size });
      this.symbols.push(made);
      const text = grainsOf(made)[OUTCOME]!;
      let cls = this.classes.get(text);
      if (cls === undefined) this.classes.set(text, (cls = this.classes.size + 1));
      this.runClass.push(cls);
      this.runLimit.push(this.longestRun?.(made) ?? Infinity);
    }
    return s;
  }
}

/** Interns context tuples by open addressing. */
class ContextBuilder {
  private slots = new Int32Array(1 << 12).fill(-1);
  private mask = (1 << 12) - 1;
  private rows = new Int32Array(6 << 10);
  private count = 0;

  intern(before2: number, before: number, symbol: number, after: number, onDescriptor: number, same: number): number {
    let h = Math.imul(before2, 0x9e3779b1) ^ Math.imul(before + 0x7ed55d16, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15) ^ symbol, 0xc2b2ae35) ^ Math.imul(after + 0x165667b1, 0x27d4eb2f);
    h = Math.imul(h ^ (h >>> 13) ^ (onDescriptor * 2 + same), 0x9e3779b1);
    let i = (h ^ (h >>> 16)) & this.mask;
    for (;;) {
      const k = this.slots[i]!;
      if (k < 0) break;
      const o = k * 6;
      const r = this.rows;
      if (
        r[o] === before2 &&
        r[o + 1] === before &&
        r[o + 2] === symbol &&
        r[o + 3] === after &&
        r[o + 4] === onDescriptor &&
        r[o + 5] === same
      )
        return k;
      i = (i + 1) & this.mask;
    }
    if ((this.count + 1) * 6 > this.rows.length) this.rows = grown(this.rows);
    this.rows.set([before2, before, symbol, after, onDescriptor, same], this.count * 6);
    this.slots[i] = this.count++;
    if (this.count * 2 > this.mask) this.rehash();
    return this.count - 1;
  }

  private rehash(): void {
    const { rows, count } = this;
    this.mask = this.mask * 2 + 1;
    this.slots = new Int32Array(this.mask + 1).fill(-1);
    this.rows = new Int32Array(rows.length);
    this.count = 0;
    for (let k = 0; k < count; k++) {
      const o = k * 6;
      this.intern(rows[o]!, rows[o + 1]!, rows[o + 2]!, rows[o + 3]!, rows[o + 4]!, rows[o + 5]!);
    }
  }

  finish(): ContextTable {
    const column = (k: number) => Int32Array.from({ length: this.count }, (_, i) => this.rows[i * 6 + k]!);
    return {
      size: this.count,
      before2: column(0),
      before: column(1),
      symbol: column(2),
      after: column(3),
      onDescriptor: column(4),
      sameDescriptor: Uint8Array.from(column(5)),
    };
  }
}

function grown(rows: Int32Array): Int32Array<ArrayBuffer> {
  const out = new Int32Array(rows.length * 2);
  out.set(rows);
  return out;
}

/** Interns each grain's texts: `grain[g][symbol]` is the number of the symbol's text at grain g in `texts[g]`. */
export function grainNumbers(
  symbols: readonly Symbol[],
  texts: readonly Map<string, number>[],
  grow: boolean,
): Int32Array[] {
  const numbers = Array.from({ length: GRAINS }, () => new Int32Array(symbols.length));
  symbols.forEach((s, i) => {
    grainsOf(s).forEach((text, g) => {
      let number = texts[g]!.get(text);
      if (number === undefined && grow) texts[g]!.set(text, (number = texts[g]!.size));
      numbers[g]![i] = number ?? -1;
    });
  });
  return numbers;
}
