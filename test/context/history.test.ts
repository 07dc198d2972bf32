import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeForeign } from '../../src/context/foreign.js';
import { decodeRows } from '../../src/context/forward-backward.js';
import { History } from '../../src/context/history.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

/** A server whose two handlers read and write alike; what they did first tells them apart, three calls away. */
const HANDLERS = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const [name, first] = i % 4 === 3 ? ['save', 'openat=3'] : ['show', 'getpid=1'];
    const line = (k: number, call: string, f: string) => `1 ${(i + k / 10).toFixed(2)} ${call} main>loop>${f}`;
    return [
      line(1, 'epoll_wait=1', 'wait'),
      line(2, first, `${name}>begin${name}`),
      line(3, 'read=1', `${name}>copy`),
      line(4, 'write=1', `${name}>copy`),
      line(5, 'read=1', `${name}>copy`),
      line(6, 'write=1', `${name}>copy`),
    ].join('\n');
  }).join('\n');

const DB = learnSignatures([traceFromText(HANDLERS(40))], { parameters: DEFAULT_PARAMETERS });
const { model } = DB;
const history = new History(model);
const step = (m: number, n: number) => history.steps(Int32Array.of(m), Int32Array.of(n))[0]!;
const parents = model.nodes.map(([parent]) => parent);
const nodeOf = (...path: string[]) => {
  const names = (n: number): string[] =>
    n === 0 ? [] : [...names(parents[n]!), DB.functions[model.nodes[n]![1]]!.name];
  return model.nodes.findIndex((_, n) => names(n).join() === path.join());
};
const used = [...new Set(model.successors.flatMap(([m, n]) => [m, n]))].sort((a, b) => a - b);

/** Forward-backward as a textbook has it: no rounding, no numbers for vectors, every row by itself. */
function byTheBook(emissions: readonly ReadonlyMap<number, number>[]): Map<number, number>[] {
  const forward: Map<number, number>[] = [];
  emissions.forEach((e, i) => {
    const last = forward[i - 1];
    const next = new Map<number, number>();
    for (const [n, w] of e) {
      let sum = last === undefined ? history.start(n) : 0;
      for (const [m, x] of last ?? []) sum += x * step(m, n);
      next.set(n, sum * w);
    }
    const all = [...next.values()].reduce((a, b) => a + b, 0);
    forward.push(new Map([...next].map(([n, x]) => [n, x / all])));
  });
  const posteriors: Map<number, number>[] = [];
  let later = new Map<number, number>();
  for (let i = emissions.length - 1; i >= 0; i--) {
    const back = new Map<number, number>();
    for (const m of emissions[i]!.keys()) {
      let sum = i === emissions.length - 1 ? 1 : 0;
      for (const [n, x] of later) sum += step(m, n) * x * emissions[i + 1]!.get(n)!;
      back.set(m, sum);
    }
    const most = Math.max(...back.values());
    for (const [m, x] of back) back.set(m, x / most);
    const product = new Map([...forward[i]!].map(([n, x]) => [n, x * back.get(n)!]));
    const all = [...product.values()].reduce((a, b) => a + b, 0);
    posteriors[i] = new Map([...product].map(([n, x]) => [n, x / all]));
    later = back;
  }
  return posteriors;
}

const close = ([n, weight]: [number, number]) => [n, expect.closeTo(weight, 9) as number];
const vector = (e: ReadonlyMap<number, number>) => ({
  nodes: Int32Array.from(e.keys()),
  weights: Float64Array.from(e.values()),
});

/** T(n|m)^1/2 as the formula at the top of history.ts is written. */
function stepByTheBook(m: number, n: number): number {
  const size = parents.length;
  const callsOf = (node: number) =>
    model.contexts.reduce((all, row) => {
      for (let j = 6; j < row.length; j += 2) if (row[j] === node) all += row[j + 1]!;
      return all;
    }, 0);
  const path = (node: number): number[] => (node < 0 ? [] : [node, ...path(parents[node]!)]);
  const below = (a: number) =>
    Array.from({ length: size }, (_, k) => k)
      .filter((k) => path(k).includes(a))
      .reduce((all, k) => all + callsOf(k), 0);
  const backOff = path(m).reduce((sum, a, d) => {
    if (!path(n).includes(a)) return sum;
    return sum + (2 ** (a === 0 ? -d : -(d + 1)) * callsOf(n)) / below(a);
  }, 0);
  const of = model.successors.filter(([before]) => before === m);
  const followed = of.reduce((all, [, , count]) => all + count, 0);
  const seen = of.find(([, next]) => next === n)?.[2] ?? 0;
  return Math.sqrt((seen + (1 + of.length) * backOff) / (followed + 1 + of.length));
}

describe('decoding with history', () => {
  it('takes steps from node to node as the formula says', () => {
    const all = Int32Array.from(used);
    const table = history.steps(all, all);
    all.forEach((m, i) =>
      all.forEach((n, j) => expect(table[i * all.length + j]).toBeCloseTo(stepByTheBook(m, n), 12)),
    );
    expect(table).toEqual(history.steps(all, all));
    const few = all.subarray(2, 4);
    expect([...history.steps(few, all)]).toEqual([...table.subarray(2 * all.length, 4 * all.length)]);
  });

  it('adds to what the ladder decodes to the most frequent nodes of the call', () => {
    const [show, save, wait] = [
      nodeOf('main', 'loop', 'show', 'copy'),
      nodeOf('main', 'loop', 'save', 'copy'),
      nodeOf('main', 'loop', 'wait'),
    ];
    const found = (node: number) => {
      const { nodes, weights } = history.emission({ nodes: Int32Array.of(node), weights: Float64Array.of(1) }, 'read');
      return new Map(Array.from(nodes, (n, j) => [n, weights[j]! * history.start(n)]));
    };
    // Three of four handlers are `show`.
    expect([...found(show)].sort()).toEqual(
      [
        ...new Map([
          [show, 0.98 + 0.015],
          [save, 0.005],
        ]),
      ]
        .sort()
        .map(close),
    );
    expect([...found(wait)].sort()).toEqual(
      [
        ...new Map([
          [wait, 0.98],
          [show, 0.015],
          [save, 0.005],
        ]),
      ]
        .sort()
        .map(close),
    );
  });

  it('gives the posteriors of the textbook, as far as rounding lets it', () => {
    const emission = fc
      .uniqueArray(fc.tuple(fc.constantFrom(...used), fc.double({ min: 0.05, max: 1, noNaN: true })), {
        minLength: 1,
        maxLength: 4,
        selector: ([n]) => n,
      })
      .map((pairs) => new Map(pairs));
    fc.assert(
      fc.property(fc.array(emission, { minLength: 1, maxLength: 12 }), (emissions) => {
        const length = emissions.length;
        // Every row has a cell of its own: nothing repeats.
        const cellOf = Int32Array.from({ length }, (_, i) => i);
        const thread = new Int32Array(length);
        const rows = decodeRows(history, { length, threads: 1, thread }, cellOf, emissions.map(vector));
        const expected = byTheBook(emissions);
        for (let i = 0; i < length; i++) {
          const { nodes, weights } = rows.decoded[rows.cells.second[rows.of[i]!]!]!;
          expect(rows.cells.first[rows.of[i]!]).toBe(i);
          const found = new Map(Array.from(nodes, (n, j) => [n, weights[j]!]));
          for (const [n, x] of expected[i]!) expect(Math.abs((found.get(n) ?? 0) - x)).toBeLessThan(0.15);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('tells functions apart by what their thread did long before', () => {
    const copies = [nodeOf('main', 'loop', 'save', 'copy'), nodeOf('main', 'loop', 'show', 'copy')];
    const either = new Map(copies.map((n) => [n, 0.5]));
    const begin = (name: string) => new Map([[nodeOf('main', 'loop', name, `begin${name}`), 1]]);
    const likeliest = (name: string) => {
      const emissions = [begin(name), either, either, either, either].map(vector);
      const cellOf = Int32Array.of(0, 1, 2, 3, 4);
      const rows = decodeRows(history, { length: 5, threads: 1, thread: new Int32Array(5) }, cellOf, emissions);
      return Array.from(rows.of, (k) => rows.decoded[rows.cells.second[k]!]!.nodes[0]);
    };
    expect(likeliest('save').slice(1)).toEqual(Array(4).fill(copies[0]));
    expect(likeliest('show').slice(1)).toEqual(Array(4).fill(copies[1]));
  });

  it('takes a cycle that repeats for one observation, however often it does', () => {
    const weak = new Map(used.slice(0, 3).map((n, j) => [n, 0.4 - 0.05 * j]));
    const turns = (n: number) => {
      const length = 2 * n;
      const cellOf = Int32Array.from({ length }, (_, i) => i % 2);
      const emissions = [weak, new Map([...weak].reverse())].map(vector);
      const rows = decodeRows(history, { length, threads: 1, thread: new Int32Array(length) }, cellOf, emissions);
      return Array.from(rows.of, (k) => rows.decoded[rows.cells.second[k]!]!);
    };
    const few = turns(2);
    const many = turns(2000);
    expect(many.slice(0, 4)).toEqual(few);
    expect(new Set(many.slice(4).map((d) => JSON.stringify([...d.nodes, ...d.weights])))).toEqual(
      new Set(few.slice(2).map((d) => JSON.stringify([...d.nodes, ...d.weights]))),
    );
  });

  it('keeps threads apart', () => {
    const emissions = [new Map([[used[0]!, 1]]), new Map([[used[1]!, 1]]), new Map(used.map((n) => [n, 0.2]))].map(
      vector,
    );
    const alone = decodeRows(
      history,
      { length: 2, threads: 1, thread: Int32Array.of(0, 0) },
      Int32Array.of(0, 2),
      emissions,
    );
    const mixed = decodeRows(
      history,
      { length: 4, threads: 2, thread: Int32Array.of(0, 1, 0, 1) },
      Int32Array.of(0, 1, 2, 2),
      emissions,
    );
    const at = (rows: typeof alone, i: number) => rows.decoded[rows.cells.second[rows.of[i]!]!];
    expect([at(mixed, 0), at(mixed, 2)]).toEqual([at(alone, 0), at(alone, 1)]);
  });
});

it('knows the same whatever it was asked before', () => {
  const ladder = fc.uniqueArray(fc.constantFrom(...used), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(ladder, fc.constantFrom('read', 'write', 'openat', 'never')), { maxLength: 8 }),
      (asked) => {
        const fresh = new History(model);
        for (const [nodes, call] of asked) {
          const decoded = {
            nodes: Int32Array.from(nodes),
            weights: new Float64Array(nodes.length).fill(1 / nodes.length),
          };
          expect(history.emission(decoded, call)).toEqual(new History(model).emission(decoded, call));
          expect(history.steps(decoded.nodes, Int32Array.from(used))).toEqual(
            fresh.steps(decoded.nodes, Int32Array.from(used)),
          );
        }
      },
    ),
    { numRuns: 20 },
  );
});

describe('calls that threads of a role never issue', () => {
  const [wait, begin, copy] = [
    nodeOf('main', 'loop', 'wait'),
    nodeOf('main', 'loop', 'save', 'beginsave'),
    nodeOf('main', 'loop', 'save', 'copy'),
  ];
  const certain = (n: number) => vector(new Map([[n, 1]]));
  const rowsOf = (cells: number[], emissions: (ReturnType<typeof vector> | null)[]) => {
    const cellOf = Int32Array.from(cells);
    const thread = new Int32Array(cells.length);
    const rows = decodeRows(history, { length: cells.length, threads: 1, thread }, cellOf, emissions);
    decodeForeign(rows, cellOf, thread, 1, parents);
    return Array.from(rows.of, (k) => rows.decoded[rows.cells.second[k]!]);
  };

  it('belong to the functions entered between what was before and what comes after', () => {
    const [, sleep] = rowsOf([0, 1, 2], [certain(wait), null, certain(begin)]);
    expect([...sleep!.nodes].sort()).toEqual([begin, parents[begin]!].sort());
    expect([...sleep!.weights]).toEqual([0.5, 0.5]);
  });

  it('belong to the function itself where none was entered', () => {
    const [, sleep] = rowsOf([0, 1, 0], [certain(copy), null]);
    expect([...sleep!.nodes]).toEqual([copy]);
  });

  it('belong to what was before where nothing comes after, and to nobody in a thread of which nothing is known', () => {
    expect([...rowsOf([0, 1], [certain(copy), null])[1]!.nodes]).toEqual([copy]);
    expect(rowsOf([0, 0], [null])).toEqual([undefined, undefined]);
  });
});
