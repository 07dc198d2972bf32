import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { contextsOf } from '../../src/context/contexts.js';
import { Decoder } from '../../src/context/decoder.js';
import { BLOCK, LADDER } from '../../src/context/ladder.js';
import { type Symbol, grainsOf, parseSymbol } from '../../src/context/symbols.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import type { ContextModel } from '../../src/signatures/context-model.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { parseSignatures, serialiseSignatures } from '../../src/signatures/file.js';
import { traceFromText } from '../helpers/trace.js';

const learn = (text: string) => learnSignatures([traceFromText(text)], { parameters: DEFAULT_PARAMETERS });

/** The likeliest innermost function of each row, with its weight. */
function decode(learned: string, text: string): string[] {
  const db = learn(learned);
  const rows = contextsOf(traceFromText(text));
  const read = new Decoder(db.model).reader(rows);
  return Array.from(rows.context, (k) => {
    const { nodes, weights } = read(k);
    if (nodes.length === 0) return '?';
    const [, f] = db.model.nodes[nodes[0]!]!;
    return `${f < 0 ? '-' : db.functions[f]!.name} ${weights[0]!.toFixed(2)}`;
  });
}

const LEARNED = `
  1 0.01 epoll_wait:epoll=1 main>loop
  1 0.02 read:tcp=100 main>loop>handle
  1 0.03 write:tcp=100 main>loop>reply
  1 0.04 epoll_wait:epoll=1 main>loop
  1 0.05 read:file=100 main>loop>load
  1 0.06 write:tcp=100 main>loop>send
  1 0.07 epoll_wait:epoll=1 main>loop
  1 0.08 read:tcp=100 main>loop>handle
  1 0.09 write:tcp=100 main>loop>reply
  1 0.10 epoll_wait:epoll=1 main>loop`;

describe('decoding', () => {
  it('tells the same call apart by what was before it', () => {
    const found = decode(
      LEARNED,
      '1 0.1 epoll_wait:epoll=1\n1 0.2 read:file=100\n1 0.3 write:tcp=100\n1 0.4 epoll_wait:epoll=1',
    );
    expect(found[1]).toMatch(/^load /);
    expect(found[2]).toMatch(/^send /);
  });

  it('backs off where the trace does not know kinds', () => {
    const found = decode(LEARNED, '1 0.1 epoll_wait=1\n1 0.2 read=100\n1 0.3 write=100\n1 0.4 epoll_wait=1');
    expect(found[1]).toMatch(/^handle /); // two of the three reads
    expect(found[2]).toMatch(/^reply /);
  });

  it('knows nothing of a call that learning never saw', () => {
    expect(decode(LEARNED, '1 0.1 mprotect')).toEqual(['?']);
  });

  it('weighs to one whatever it is asked', () => {
    const db = learn(LEARNED);
    const call = fc.constantFrom(
      'read:tcp=100',
      'read:file=0',
      'write:tcp=100',
      'epoll_wait:epoll=1',
      'close:tcp',
      'read=1',
    );
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 12 }), (calls) => {
        const rows = contextsOf(traceFromText(calls.map((c, i) => `1 ${i + 1} ${c}`).join('\n')));
        const read = new Decoder(db.model).reader(rows);
        for (const k of rows.context) {
          const { weights } = read(k);
          const sum = weights.reduce((a, b) => a + b, 0);
          expect(weights.length === 0 || Math.abs(sum - 1) < 1e-9).toBe(true);
        }
      }),
    );
  });
});

/** Decodes as the ladder says, with maps by text. */
function plainly(model: ContextModel, { symbols, contexts }: ReturnType<typeof contextsOf>, k: number) {
  const known = LADDER.map(({ symbol, before, before2, after, onDescriptor, same }, r) => {
    const view = (texts: readonly Symbol[], [b2, b, s, a, d, own]: readonly number[]) => {
      const text = (grain: number, of: number) => (grain < 0 ? '' : grainsOf(texts[of]!)[grain]!);
      return [
        ...[text(symbol, s!), text(before, b!), text(before2, b2!), text(after, a!), text(onDescriptor, d!)],
        same ? own : '',
      ].join(' ');
    };
    const learned = model.symbols.map(parseSymbol);
    const { before2: b2, before: b, symbol: s, after: a, onDescriptor: d, sameDescriptor: own } = contexts;
    const asked = view(symbols, [b2[k]!, b[k]!, s[k]!, a[k]!, d[k]!, own[k]!]);
    const counts = new Map<number, number>();
    for (const row of model.contexts.filter((row) => view(learned, row) === asked))
      for (let j = 6; j < row.length; j += 2) counts.set(row[j]!, (counts.get(row[j]!) ?? 0) + row[j + 1]!);
    return { r, counts, n: [...counts.values()].reduce((sum, n) => sum + n, 0) };
  }).filter(({ n }) => n > 0);
  known.sort((a, b) => BLOCK[a.r]! - BLOCK[b.r]! || b.n - a.n || a.r - b.r);
  const mixed = new Map<number, number>();
  for (const { counts, n } of known) {
    const own = mixed.size === 0 ? 1 : n / (n + counts.size);
    for (const [node, weight] of mixed) mixed.set(node, weight * (1 - own));
    for (const [node, count] of counts) mixed.set(node, (mixed.get(node) ?? 0) + (own * count) / n);
  }
  const kept = [...mixed].filter(([, weight]) => weight >= 0.01).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const sum = kept.reduce((sum, [, weight]) => sum + weight, 0);
  return kept.map(([node, weight]) => [node, weight / sum]);
}

describe('the ladder', () => {
  const call = fc.constantFrom(
    'read:tcp=100',
    'read:file=0',
    'write:tcp=100',
    'epoll_wait:epoll=1',
    'close:tcp',
    'read=1',
  );
  const calls = fc.array(call, { minLength: 1, maxLength: 40 });
  const functions = fc.array(fc.constantFrom('a', 'a>b', 'a>c', 'a>b>d'), { minLength: 40, maxLength: 40 });
  it('is gone along as it is written', () => {
    fc.assert(
      fc.property(calls, functions, calls, (learned, stacks, asked) => {
        const { model } = learn(learned.map((c, i) => `1 ${i + 1} ${c} main>${stacks[i]!}`).join('\n'));
        const rows = contextsOf(traceFromText(asked.map((c, i) => `1 ${i + 1} ${c}`).join('\n')));
        const read = new Decoder(model).reader(rows);
        for (let k = 0; k < rows.contexts.size; k++) {
          const { nodes, weights } = read(k);
          expect(Array.from(nodes, (node, i) => [node, weights[i]])).toEqual(plainly(model, rows, k));
        }
      }),
      { numRuns: 50 },
    );
  });
  it('decodes one trace after the other, as if each were the first', () => {
    const model = learn(LEARNED).model;
    const decoder = new Decoder(model);
    fc.assert(
      fc.property(fc.array(calls, { minLength: 1, maxLength: 5 }), (traces) => {
        for (const asked of traces) {
          const rows = contextsOf(traceFromText(asked.map((c, i) => `1 ${i + 1} ${c}`).join('\n')));
          const [read, alone] = [decoder.reader(rows), new Decoder(model).reader(rows)];
          for (let k = 0; k < rows.contexts.size; k++) expect(read(k)).toEqual(alone(k));
        }
      }),
      { numRuns: 20 },
    );
  });
  it('refuses contexts whose place the next ones took', () => {
    const decoder = new Decoder(learn(LEARNED).model);
    const rows = contextsOf(traceFromText('1 1 read:tcp=100\n1 2 write:tcp=5'));
    const read = decoder.reader(rows);
    const known = read(0);
    decoder.reader(contextsOf(traceFromText('1 1 close:tcp')));
    expect(read(0)).toBe(known);
    expect(() => read(1)).toThrow('another reader');
  });
});

describe('the context model', () => {
  it('is the same after the signatures file', () => {
    const db = learn(LEARNED);
    expect(parseSignatures(serialiseSignatures(db), 'x').model).toEqual(JSON.parse(JSON.stringify(db.model)));
  });

  it('does not depend on the order of the learning runs', () => {
    const [a, b] = [LEARNED, '1 0.1 getpid main>info\n1 0.2 read:tcp=1 main>loop>handle'].map((t) => traceFromText(t));
    const options = { parameters: DEFAULT_PARAMETERS };
    const forth = learnSignatures([a!, b!], options);
    const back = learnSignatures([b!, a!], options);
    const plain = (db: typeof forth) =>
      db.model.contexts.map((row) => [
        ...row.slice(0, 6).map((s, j) => (j < 5 ? db.model.symbols[s] : s)),
        row.slice(6).filter((_, j) => j % 2 === 1),
      ]);
    expect(plain(back)).toEqual(plain(forth));
  });

  it('keeps roles of threads apart, and joins entries that share one', () => {
    const { roles, nodes } = learn(`
      1/1 0.01 epoll_wait:epoll=1 main>loop
      1/2 0.02 futex#wait start>worker
      1/2 0.03 write:tcp=5 flush
      1/3 0.04 clock_nanosleep janitor`).model;
    // Entries are in order of their functions: flush and start, janitor, main.
    expect(roles.map((r) => r.entries.length)).toEqual([2, 1, 1]);
    expect(nodes[0]).toEqual([-1, -1]);
  });
});
