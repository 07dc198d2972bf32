/**
 * Whether the context model of a signatures file is one: methods follow its numbers without looking, so a wrong one would name
 * another function, or crash. Each kind of row has a check, which says what is wrong with it.
 */
import { EDGE, serialiseSymbol } from '../context/symbols.js';

export interface ModelFault {
  readonly key: string;
  /** Of the row that is wrong; null: the list as a whole. */
  readonly row: number | null;
  readonly what: string;
}

const POSITIONS = 5;
const FIRST_COUNT = 6;

interface Sizes {
  readonly functions: number;
  readonly symbols: number;
  readonly nodes: number;
}

/** What is wrong with row `i`; null: nothing. */
type Check = (row: unknown, i: number, sizes: Sizes, rows: readonly unknown[]) => string | null;

const CHECKS: Readonly<Record<string, Check>> = {
  symbols(row, i, _, rows) {
    if (typeof row !== 'string') return 'is no text';
    if (i === 0) return row === serialiseSymbol(EDGE) ? null : 'is not the edge of a thread';
    return i > 1 && !(row > (rows[i - 1] as string)) ? 'is out of order, or stands twice' : null;
  },
  nodes(row, i, { functions }) {
    if (!isNumbers(row, 2)) return 'is no pair of numbers';
    const [parent, fn] = row as [number, number];
    if (i === 0) return parent === -1 && fn === -1 ? null : 'is not the node of no function';
    if (!isIndex(parent, i)) return `has no node above it (${parent})`;
    return isIndex(fn, functions) ? null : `is of a function that is not there (${fn})`;
  },
  contexts(row, _, { symbols, nodes }) {
    if (!isNumbers(row) || row.length < FIRST_COUNT || row.length % 2 !== 0) return 'is no list of pairs of numbers';
    const symbol = row.slice(0, POSITIONS).find((s) => !isIndex(s, symbols));
    if (symbol !== undefined) return `has a symbol that is not there (${symbol})`;
    if (!isIndex(row[POSITIONS]!, 2)) return 'does not say whether the call before was on the same descriptor';
    for (let j = FIRST_COUNT; j < row.length; j += 2) {
      if (!isIndex(row[j]!, nodes)) return `has a node that is not there (${row[j]!})`;
      if (!isCount(row[j + 1])) return `has ${row[j + 1]!} calls`;
    }
    return null;
  },
  successors(row, _, { nodes }) {
    if (!isNumbers(row, 4)) return triple(row, nodes, 'node');
    return row[3]! < 0 ? 'has a time below 0' : triple(row.slice(0, 3), nodes, 'node');
  },
  peaks: (row, _, { symbols }) => triple(row, symbols, 'symbol'),
  roles(row, _, { nodes }) {
    if (typeof row !== 'object' || row === null) return 'is no role';
    const { entries, calls } = row as { entries?: unknown; calls?: unknown };
    if (!isNumbers(entries) || !Array.isArray(calls)) return 'has no entries or calls';
    const entry = entries.find((e) => e < 1 || !isIndex(e, nodes));
    if (entry !== undefined) return `begins at a node that is not there (${entry})`;
    return calls.every((c) => isTuple(c, 2, 1) && isCount((c as unknown[])[2])) ? null : 'has a call without a count';
  },
  runs: (row) => (isTuple(row, 1, 1) && isCount((row as unknown[])[1]) ? null : 'is no symbol with a length'),
  waits: (row) => (isTuple(row, 2, 4) ? null : 'is no pair of calls with four numbers'),
};

/** Lists that only some models have. */
const OPTIONAL: Readonly<Record<string, Check>> = {
  unowned: (row) => (isTuple(row, 2, 0) ? null : 'is no pair of calls'),
  lost: (row) => (isTuple(row, 2, 2) && isCount((row as unknown[])[3]) ? null : 'is no pair of calls with two counts'),
};

/** The first fault of a model for a database with `functions` functions; null where there is none. */
export function faultOfModel(model: Readonly<Record<string, unknown>>, functions: number): ModelFault | null {
  if (model['version'] !== 1) return { key: 'version', row: null, what: 'is not 1' };
  const checks = Object.entries({ ...CHECKS, ...OPTIONAL }).filter(
    ([key]) => key in CHECKS || model[key] !== undefined,
  );
  for (const [key] of checks) if (!Array.isArray(model[key])) return { key, row: null, what: 'is no list' };
  const dispersion = model['dispersion'];
  if (dispersion !== undefined && !isAmount(dispersion)) return { key: 'dispersion', row: null, what: 'is no amount' };
  if (![undefined, true].includes(model['tasks'] as true | undefined))
    return { key: 'tasks', row: null, what: 'is not true' };
  const lists = model as Readonly<Record<string, unknown[]>>;
  if (lists['symbols']!.length === 0 || lists['nodes']!.length === 0)
    return { key: lists['nodes']!.length === 0 ? 'nodes' : 'symbols', row: null, what: 'is empty' };
  const sizes = { functions, symbols: lists['symbols']!.length, nodes: lists['nodes']!.length };
  for (const [key, check] of checks) {
    const rows = lists[key]!;
    for (let i = 0; i < rows.length; i++) {
      const what = check(rows[i], i, sizes, rows);
      if (what !== null) return { key, row: i, what };
    }
  }
  return null;
}

/** Two of something, and how often. */
function triple(row: unknown, size: number, what: string): string | null {
  if (!isNumbers(row, 3) || !isCount(row[2])) return 'is no list of two numbers and a count';
  const missing = row.slice(0, 2).find((n) => !isIndex(n, size));
  return missing === undefined ? null : `has a ${what} that is not there (${missing})`;
}

function isNumbers(value: unknown, length?: number): value is number[] {
  return (
    Array.isArray(value) && (length === undefined || value.length === length) && value.every((n) => Number.isInteger(n))
  );
}

/** A list of `texts` texts and then `numbers` numbers, none of them negative. */
function isTuple(value: unknown, texts: number, numbers: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === texts + numbers &&
    value.every((v, i) => (i < texts ? typeof v === 'string' : typeof v === 'number' && Number.isFinite(v) && v >= 0))
  );
}

function isIndex(n: number, size: number): boolean {
  return n >= 0 && n < size;
}

function isCount(n: unknown): boolean {
  return Number.isSafeInteger(n) && (n as number) >= 1;
}

function isAmount(n: unknown): boolean {
  return typeof n === 'number' && Number.isFinite(n) && n >= 0;
}
