/**
 * The ladder of context/ladder.ts, and decoding along it (context/decoder.ts, which drives this). In WebAssembly because it is run once,
 * on thousands of contexts: JavaScript would be done before it is compiled, and takes ten times as long until then.
 * Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 */
import { room } from '../../lib/kernel/room';
import { Tuples, find, intern, tuples } from './tuples';

/** Contexts as columns: two calls before, the call before, the call, that after, the last on the descriptor; whether it is the same. */
const COLUMNS: i32 = 6;
const SYMBOL: i32 = 2;
const SAME: i32 = 5;
/**
 * A rung looks at one position after the other, and rungs that begin alike share their first steps. A step: the one it goes on from, -1 for
 * a first one, which looks at the call itself; the column it looks at and at which grain; whether it looks at SAME, too.
 */
const STEP: usize = 4;
const COLUMN: usize = 1;
const GRAIN: usize = 2;
const LOOKS_AT_SAME: usize = 3;
const MOST_STEPS: i32 = 64;
/** A rung: its last step, its block. */
const RUNG: usize = 2;
const BLOCK: usize = 1;
const MOST_RUNGS: i32 = 32;
const GRAINS: i32 = 7;
/** Contexts that take a step in one go: a function that is called often is compiled well while it is needed. */
const TOGETHER: i32 = 256;

/** Nodes with less are left out: they only cost time. */
const LEAST_WEIGHT: f64 = 0.01;

/** The driver fills in: the steps and the rungs; per learned context its calls and the end of its pairs of node and calls; the pairs. */
export const STEPS: usize = memory.data(<i32>STEP * MOST_STEPS);
export const RUNGS: usize = memory.data(<i32>RUNG * MOST_RUNGS);
export let CALLS: usize = 0;
export let PAIR_ENDS: usize = 0;
export let PAIR_NODES: usize = 0;
export let PAIR_CALLS: usize = 0;
/** What was decoded: nodes and their weights. */
export let NODES: usize = 0;
export let WEIGHTS: usize = 0;

let steps: i32 = 0;
let rungs: i32 = 0;
/** Per node: its slot + 1 while a context is decoded, 0 between two; its calls while a place is looked at, else 0. */
let SLOT_OF: usize = 0;
let SUMS: usize = 0;
/** Per slot: its node and its weight. */
let LISTED: usize = 0;
let MIXED: usize = 0;
/** Per step: numbers of its places, as pairs of a place of the step before and a grain. */
let NUMBERS: usize = 0;

/** Contexts, and the numbers of their symbols' texts at each grain, -1 where that is not known. */
@unmanaged
class Table {
  size: i32;
  symbols: i32;
  columns: usize;
  grains: usize;
  /** Step by step: places of the contexts, -1 where learning never saw such a one. */
  places: usize;
}

/** What learning saw on a rung. */
@unmanaged
class Learned {
  places: i32;
  /** Per place: calls. */
  totals: usize;
  /** The contexts of a place: members[offsets[place] .. offsets[place + 1]). */
  offsets: usize;
  members: usize;
  /** Per place: how its calls divide among nodes, once it has been asked for: how many nodes, then 16 bytes each: calls, node. */
  divided: usize;
}

let LEARNED: usize = 0;

// @inline
function bytesOf(size: i32, symbols: i32): usize {
  return offsetof<Table>() + <usize>4 * ((COLUMNS + steps) * size + GRAINS * symbols);
}

/** A table at `at`. */
function tableAt(at: usize, size: i32, symbols: i32): usize {
  const table = changetype<Table>(at);
  table.size = size;
  table.symbols = symbols;
  table.columns = at + offsetof<Table>();
  table.grains = table.columns + <usize>4 * COLUMNS * size;
  table.places = table.grains + <usize>4 * GRAINS * symbols;
  return at;
}

/** Room for the contexts that are learned. */
export function addTable(size: i32, symbols: i32): usize {
  return tableAt(room(bytesOf(size, symbols)), size, symbols);
}

let asked: usize = 0;
let askedBytes: usize = 0;

/** Room for contexts that are to be decoded, in the place of those before. */
export function askTable(size: i32, symbols: i32): usize {
  const bytes = bytesOf(size, symbols);
  if (bytes > askedBytes) {
    askedBytes = max(bytes, 2 * askedBytes);
    asked = room(askedBytes);
  }
  return tableAt(asked, size, symbols);
}

/** Address of its columns, one after the other; behind them, grain by grain, the numbers of symbols. The driver fills them in. */
export function columnsOf(table: usize): usize {
  return changetype<Table>(table).columns;
}

export function layOut(stepCount: i32, rungCount: i32, contexts: i32, pairs: i32, nodes: i32): void {
  steps = stepCount;
  rungs = rungCount;
  CALLS = room(<usize>8 * contexts);
  PAIR_ENDS = room(<usize>4 * contexts);
  PAIR_NODES = room(<usize>4 * pairs);
  PAIR_CALLS = room(<usize>8 * pairs);
  SLOT_OF = room(<usize>4 * nodes);
  SUMS = room(<usize>8 * nodes);
  LISTED = room(<usize>4 * nodes);
  MIXED = room(<usize>8 * (nodes + 1));
  NODES = room(<usize>4 * nodes);
  WEIGHTS = room(<usize>8 * nodes);
  LEARNED = room(offsetof<Learned>() * rungs);
  NUMBERS = room(<usize>4 * steps);
}

// @inline
function learnedOn(rung: i32): Learned {
  return changetype<Learned>(LEARNED + offsetof<Learned>() * rung);
}

// @inline
function columnAt(table: Table, column: i32, k: i32): i32 {
  return load<i32>(table.columns + <usize>4 * (column * table.size + k));
}

// @inline
function grainAt(table: Table, grain: i32, symbol: i32): i32 {
  return load<i32>(table.grains + <usize>4 * (grain * table.symbols + symbol));
}

// @inline
function placesOf(table: Table, step: i32): usize {
  return table.places + <usize>4 * (step * table.size);
}

// @inline
function lastStepOf(rung: i32): i32 {
  return load<i8>(RUNGS + RUNG * rung);
}

/** Places of all contexts of a table, step by step. Learning makes places (`grow`), decoding looks them up. */
function place(table: Table, grow: bool): void {
  for (let step = 0; step < steps; step++) {
    const first = load<i8>(STEPS + STEP * step) < 0;
    for (let from = 0; from < table.size; from += TOGETHER) {
      const to = min(from + TOGETHER, table.size);
      if (first) begin(step, table, from, to);
      else goOn(step, table, from, to, grow);
    }
  }
}

function begin(step: i32, table: Table, from: i32, to: i32): void {
  const at = STEPS + STEP * step;
  const grain = load<i8>(at, GRAIN);
  const same = load<i8>(at, LOOKS_AT_SAME) != 0;
  const places = placesOf(table, step);
  for (let k = from; k < to; k++) {
    const n = grainAt(table, grain, columnAt(table, SYMBOL, k));
    store<i32>(places + <usize>4 * k, n < 0 ? -1 : n * 2 + (same ? columnAt(table, SAME, k) : 0));
  }
}

function goOn(step: i32, table: Table, from: i32, to: i32, grow: bool): void {
  const at = STEPS + STEP * step;
  const column = load<i8>(at, COLUMN);
  const grain = load<i8>(at, GRAIN);
  const numbers = changetype<Tuples>(<usize>load<u32>(NUMBERS + <usize>4 * step));
  const before = placesOf(table, load<i8>(at));
  const places = placesOf(table, step);
  for (let k = from; k < to; k++) {
    const p = load<i32>(before + <usize>4 * k);
    const g = p < 0 ? -1 : grainAt(table, grain, columnAt(table, column, k));
    const n = g < 0 ? -1 : grow ? intern(numbers, p, g, 0) : find(numbers, p, g, 0);
    store<i32>(places + <usize>4 * k, n);
  }
}

/** Learns the contexts of a table, all of whose texts are known. */
export function learn(contexts: usize): void {
  const table = changetype<Table>(contexts);
  for (let step = 0; step < steps; step++) store<u32>(NUMBERS + <usize>4 * step, <u32>changetype<usize>(tuples()));
  place(table, true);
  for (let r = 0; r < rungs; r++) count(learnedOn(r), table, placesOf(table, lastStepOf(r)));
}

/** What the contexts of each place of a rung are, and their calls. */
function count(learned: Learned, table: Table, placeOf: usize): void {
  let places = 0;
  for (let k = 0; k < table.size; k++) places = max(places, load<i32>(placeOf + <usize>4 * k) + 1);
  learned.places = places;
  learned.totals = room(<usize>8 * places);
  learned.offsets = room(<usize>4 * (places + 2));
  learned.members = room(<usize>4 * table.size);
  learned.divided = room(<usize>4 * places);
  // Offsets are of the place before, until the members have moved them on.
  for (let k = 0; k < table.size; k++) {
    const place: usize = load<i32>(placeOf + <usize>4 * k);
    const total = learned.totals + 8 * place;
    store<f64>(total, load<f64>(total) + load<f64>(CALLS + <usize>8 * k));
    const next = learned.offsets + 4 * place;
    store<i32>(next, load<i32>(next, 8) + 1, 8);
  }
  for (let p: usize = 0; p < <usize>places; p++) {
    const at = learned.offsets + 4 * p;
    store<i32>(at, load<i32>(at, 4) + load<i32>(at, 8), 8);
  }
  for (let k = 0; k < table.size; k++) {
    const next = learned.offsets + <usize>4 * load<i32>(placeOf + <usize>4 * k);
    store<i32>(learned.members + <usize>4 * load<i32>(next, 4), k);
    store<i32>(next, load<i32>(next, 4) + 1, 4);
  }
}

/** Looks up the places of the contexts of a table that are to be decoded. */
export function look(contexts: usize): void {
  place(changetype<Table>(contexts), false);
}

/** How the calls of a place divide among nodes; 0: learning has no such place. Of most places nobody ever asks. */
function dividedAt(learned: Learned, place: i32): usize {
  if (place < 0 || place >= learned.places) return 0;
  const from = load<i32>(learned.offsets + <usize>4 * place);
  const to = load<i32>(learned.offsets + <usize>4 * place, 4);
  if (from == to) return 0;
  const known = load<u32>(learned.divided + <usize>4 * place);
  return known != 0 ? known : divide(learned, place, from, to);
}

function divide(learned: Learned, place: i32, from: i32, to: i32): usize {
  let nodes = 0;
  for (let m = from; m < to; m++) {
    const k = load<i32>(learned.members + <usize>4 * m);
    const end = load<i32>(PAIR_ENDS + <usize>4 * k);
    for (let p = k == 0 ? 0 : load<i32>(PAIR_ENDS + <usize>4 * (k - 1)); p < end; p++) {
      const node = load<i32>(PAIR_NODES + <usize>4 * p);
      const sum = SUMS + <usize>8 * node;
      if (load<f64>(sum) == 0) {
        store<i32>(LISTED + <usize>4 * nodes, node);
        nodes++;
      }
      store<f64>(sum, load<f64>(sum) + load<f64>(PAIR_CALLS + <usize>8 * p));
    }
  }
  const list = room(<usize>16 * (nodes + 1));
  store<i32>(list, nodes);
  for (let i = 0; i < nodes; i++) {
    const node = load<i32>(LISTED + <usize>4 * i);
    const at = list + <usize>16 * (i + 1);
    store<f64>(at, load<f64>(SUMS + <usize>8 * node));
    store<i32>(at, node, 8);
    store<f64>(SUMS + <usize>8 * node, 0);
  }
  store<u32>(learned.divided + <usize>4 * place, <u32>list);
  return list;
}

/** Rungs that know the context, 16 bytes each: calls, address of how they divide, block. */
const KNOWN: usize = memory.data(16 * MOST_RUNGS, 8);

/** Decodes context `k` of a table: how many nodes there are at NODES and WEIGHTS, in falling order of weight. */
export function decode(contexts: usize, k: i32): i32 {
  const table = changetype<Table>(contexts);
  let known = 0;
  for (let r = 0; r < rungs; r++) {
    const learned = learnedOn(r);
    const place = load<i32>(placesOf(table, lastStepOf(r)) + <usize>4 * k);
    const divided = dividedAt(learned, place);
    if (divided != 0)
      addKnown(known++, load<f64>(learned.totals + <usize>8 * place), divided, load<i8>(RUNGS + RUNG * r, BLOCK));
  }
  let listed = 0;
  for (let i = 0; i < known; i++)
    listed = mix(load<f64>(KNOWN + <usize>16 * i), load<u32>(KNOWN + <usize>16 * i, 8), listed);
  return kept(listed);
}

/** Gives what a rung knows its weight, and all before it the rest; `n`: its calls. Gives how many nodes have a weight now. */
function mix(n: f64, divided: usize, listed: i32): i32 {
  const nodes = load<i32>(divided);
  const own: f64 = listed == 0 ? 1 : n / (n + <f64>nodes);
  const rest = f64x2.splat(1 - own);
  for (let at = MIXED, end = MIXED + <usize>8 * listed; at < end; at += 16)
    v128.store(at, f64x2.mul(v128.load(at), rest));
  for (let j = 1; j <= nodes; j++) {
    const node = load<i32>(divided + <usize>16 * j, 8);
    let slot = load<i32>(SLOT_OF + <usize>4 * node) - 1;
    if (slot < 0) {
      slot = listed++;
      store<i32>(SLOT_OF + <usize>4 * node, listed);
      store<i32>(LISTED + <usize>4 * slot, node);
      store<f64>(MIXED + <usize>8 * slot, 0);
    }
    const weight = MIXED + <usize>8 * slot;
    store<f64>(weight, load<f64>(weight) + (own * load<f64>(divided + <usize>16 * j)) / n);
  }
  return listed;
}

/** The rarer a view of the context, the more it says: rungs by block, then in falling order of calls. */
// @inline
function addKnown(known: i32, calls: f64, divided: usize, block: i32): void {
  let at = KNOWN + <usize>16 * known;
  for (; at > KNOWN; at -= 16) {
    const before = load<i32>(at - 16, 12);
    if (before < block || (before == block && load<f64>(at - 16) >= calls)) break;
    store<u64>(at, load<u64>(at - 16));
    store<u64>(at, load<u64>(at - 16, 8), 8);
  }
  store<f64>(at, calls);
  store<u32>(at, <u32>divided, 8);
  store<i32>(at, block, 12);
}

/** Sorts what has weight enough, and clears it. */
function kept(listed: i32): i32 {
  let nodes = 0;
  for (let j = 0; j < listed; j++) {
    const node = load<i32>(LISTED + <usize>4 * j);
    const weight = load<f64>(MIXED + <usize>8 * j);
    store<i32>(SLOT_OF + <usize>4 * node, 0);
    if (!(weight >= LEAST_WEIGHT)) continue;
    let at = nodes++;
    for (; at > 0; at--) {
      const before = load<f64>(WEIGHTS + <usize>8 * (at - 1));
      const nodeBefore = load<i32>(NODES + <usize>4 * (at - 1));
      if (before > weight || (before == weight && nodeBefore < node)) break;
      store<f64>(WEIGHTS + <usize>8 * at, before);
      store<i32>(NODES + <usize>4 * at, nodeBefore);
    }
    store<f64>(WEIGHTS + <usize>8 * at, weight);
    store<i32>(NODES + <usize>4 * at, node);
  }
  let sum: f64 = 0;
  for (let i = 0; i < nodes; i++) sum += load<f64>(WEIGHTS + <usize>8 * i);
  for (let i = 0; i < nodes; i++) {
    const at = WEIGHTS + <usize>8 * i;
    store<f64>(at, load<f64>(at) / sum);
  }
  return nodes;
}
