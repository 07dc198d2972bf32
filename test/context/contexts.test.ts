import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
// @ts-expect-error a script, without types
import { moduleFile, scriptHash } from '../../scripts/build-wasm.js';
import { contextsOf } from '../../src/context/contexts.js';
import { placesOf } from '../../src/context/places.js';
import { previousOf } from '../../src/context/previous.js';
import { grainsOf, parseSymbol, serialiseSymbol, symbolText } from '../../src/context/symbols.js';
import { traceFromText } from '../helpers/trace.js';

/** Each row's context in words: before2 > before > call > after. */
function words(text: string, longestRun?: number): string[] {
  const trace = traceFromText(text);
  const rows = contextsOf(trace, longestRun === undefined ? {} : { longestRun: () => longestRun });
  const name = (s: number) => (s === 0 ? '^' : symbolText(rows.symbols[s]!));
  const { before2, before, symbol, after } = rows.contexts;
  return Array.from(rows.context, (k) => [before2, before, symbol, after].map((c) => name(c[k]!)).join(' > '));
}

describe('contexts', () => {
  it('keeps the calls of threads apart', () => {
    const text = `
      1 0.001 read:tcp
      2 0.002 openat:file
      1 0.003 write:tcp
      2 0.004 close:file`;
    expect(words(text)).toEqual([
      '^ > ^ > read:tcp=0 > write:tcp=0',
      '^ > ^ > openat:file > close:file',
      '^ > read:tcp=0 > write:tcp=0 > ^',
      '^ > openat:file > close:file > ^',
    ]);
  });

  it('goes on after a signal handler where the thread was before the signal', () => {
    const text = `
      1 0.001 poll=1
      1 0.002 read:tcp=EINTR
      1 0.003 getpid
      1 0.004 write:file=5
      1 0.005 rt_sigreturn
      1 0.006 close:tcp`;
    expect(words(text)[5]).toBe('poll > read:tcp=EINTR > close:tcp > ^');
  });

  it('takes an interrupted call that is issued again for the same call', () => {
    const text = `
      1 0.001 poll=1
      1 0.002 read:tcp=EINTR
      1 0.003 getpid
      1 0.004 rt_sigreturn
      1 0.005 read:tcp=9
      1 0.006 write:tcp=9`;
    expect(words(text)[4]).toBe('^ > poll > read:tcp > write:tcp');
  });

  it('gives all calls of a loop longer than learned the context of its first', () => {
    const text = ['1 0.001 accept:tcp=5', '1 0.002 getpid']
      .concat(Array.from({ length: 8 }, (_, i) => `1 0.0${10 + i} read:tcp=0`))
      .join('\n');
    const found = words(text, 3);
    expect(found[4]).toBe('read:tcp=0 > read:tcp=0 > read:tcp=0 > read:tcp=0'); // the third of the run is still usual
    expect(found[5]).toBe('accept:tcp > getpid > read:tcp=0 > read:tcp=0');
    expect(found[9]).toBe('accept:tcp > getpid > read:tcp=0 > ^');
  });

  it('counts pairs of calls as if an allocator had not taken memory in between', () => {
    const trace = traceFromText(`
      1 0.001 read:tcp=9
      1 0.002 write:file=9
      1 0.003 read:tcp=9
      1 0.004 mmap
      1 0.005 write:file=9
      1 0.006 brk
      1 0.007 munmap
      1 0.008 close:tcp`);
    const { classes, classOf, ofRow, contexts, symbols } = placesOf(trace);
    const pairs = Array.from(ofRow, (place) => classes[classOf[place]!]!).map((c) => `${c.before} > ${c.call}`);
    expect(pairs.slice(1)).toEqual([
      'read:tcp > write:file',
      'write:file > read:tcp',
      'read:tcp > mmap',
      'read:tcp > write:file',
      'write:file > brk',
      'write:file > munmap',
      'brk > close:tcp', // one such call is left out, not all
    ]);
    // Of each context the same, as learning counts them.
    const previous = previousOf(contexts, symbols);
    const { contextOf } = placesOf(trace);
    Array.from(ofRow).forEach((place, row) => {
      const before = previous[contextOf[place]!]!;
      if (row > 0) expect(symbolText(symbols[before]!)).toBe(classes[classOf[place]!]!.before);
    });
  });

  it('leaves what it found of one trace alone when it looks at the next', () => {
    const calls = ['read:tcp=9', 'write:tcp=9', 'close:tcp', 'poll=1'];
    const trace = (first: number, length: number) =>
      traceFromText(Array.from({ length }, (_, i) => `1 0.${100 + i} ${calls[(first + i) % 4]!}`).join('\n'));
    const one = placesOf(trace(0, 40));
    const before = structuredClone(one);
    placesOf(trace(2, 90));
    expect(one).toEqual(before);
    expect(placesOf(trace(0, 40))).toEqual(before);
  });

  it('knows who opened a connection, and what was done last on a descriptor', () => {
    const trace = traceFromText(`
      1 0.001 accept4:tcp=7
      1 0.002 socket:tcp=8
      1 0.003 connect:tcp
      1 0.004 read:tcp=100
      1 0.005 write:tcp=100
      1 0.006 close:tcp
      1 0.007 read:tcp=9`);
    trace.columns.descriptor.set([3, -1, 8, 7, 8, 7, 7]);
    const rows = contextsOf(trace);
    const { symbol, onDescriptor, sameDescriptor } = rows.contexts;
    expect(Array.from(rows.context, (k) => rows.symbols[symbol[k]!]!.side)).toEqual(['<', '', '>', '<', '>', '<', '']);
    const past = Array.from(rows.context, (k) => rows.symbols[onDescriptor[k]!]!.call);
    expect(past).toEqual(['^', '^', 'socket', 'accept4', 'connect', 'read', '^']);
    expect(Array.from(rows.context, (k) => sameDescriptor[k])).toEqual([0, 0, 0, 0, 0, 0, 1]);
  });

  it('does not fold different contexts, and folds equal ones', () => {
    const trace = traceFromText(
      Array.from({ length: 4000 }, (_, i) => `1 ${i / 100} ${i % 2 ? 'read' : 'write'}:tcp=9`).join('\n'),
    );
    const { contexts } = contextsOf(trace);
    // The first two, the last, and the two in between.
    expect(contexts.size).toBe(5);
  });
});

describe('symbols', () => {
  it('go through the signatures file and back', () => {
    const symbol = { call: 'recvfrom', variant: '', kind: 'udp', side: '>', outcome: 'EAGAIN', size: '' };
    expect(parseSymbol(serialiseSymbol(symbol))).toEqual(symbol);
  });

  it('are seen from coarse to fine', () => {
    expect(grainsOf({ call: 'read', variant: '', kind: 'tcp', side: '<', outcome: '', size: 'm' })).toEqual([
      'read',
      'read/m',
      'read:tcp',
      'read:tcp',
      'read:tcp/m',
      'read:tcp<',
      'read:tcp</m',
    ]);
  });
});

it('the pass over all rows is compiled from its source', () => {
  const source = fileURLToPath(new URL('../../src/context/kernel/places.ts', import.meta.url));
  const file = (moduleFile as (file: string) => string)(source);
  expect(readFileSync(file, 'utf8')).toContain((scriptHash as (file: string) => string)(source));
});
