/** Learning from shipped profiles, against counts that a few lines of text processing make on their own. */
import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { strace } from '../../src/formats/strace/index.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { parseSignatures, serialiseSignatures } from '../../src/signatures/file.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import type { Trace } from '../../src/trace/table.js';

const BUGS = new URL('../../datasets/bugs/', import.meta.url);

function profiles(id: string): Buffer[] {
  const folder = new URL(`${id}/`, BUGS);
  const names = readdirSync(folder).filter((name) => name.startsWith('profile-') && name.endsWith('.strace-k.gz'));
  return names.sort().map((name) => gunzipSync(readFileSync(new URL(name, folder))));
}

function read(text: Buffer): Trace {
  const builder = new TraceBuilder('strace');
  builder.append(strace.parseChunk(text, { tid: 0 }));
  return builder.finish();
}

/** Per own function: calls with it on the stack and as the innermost one, read off the stacks as text. */
function countText(
  texts: readonly Buffer[],
  isOwn: (object: string) => boolean,
): Map<string, { calls: number; own: number }> {
  const counts = new Map<string, { calls: number; own: number }>();
  for (const text of texts) {
    let names: string[] = [];
    let signal = false;
    const flush = () => {
      const own = names.map((n) => n.replace(/\.(?:isra|part|constprop|cold)\.?\d*$/, ''));
      for (const name of new Set(own)) {
        const count = counts.get(name) ?? { calls: 0, own: 0 };
        count.calls++;
        if (own[0] === name) count.own++;
        counts.set(name, count);
      }
      names = [];
    };
    for (const line of text.toString('latin1').split('\n')) {
      const frame = /^ > ([^ (]+)\((.*)\+0x[0-9a-f]+\) \[/.exec(line);
      if (frame === null && !line.startsWith(' > ')) {
        flush();
        // strace prints stacks of signals too; they are no calls.
        signal = / --- SIG/.test(line);
      } else if (signal) continue;
      else if (frame !== null && isOwn(frame[1]!) && !/^(?:_start|_init|_fini)$/.test(frame[2]!)) names.push(frame[2]!);
    }
    flush();
  }
  return counts;
}

describe.each([
  ['memcached-ae6f426', 'memcached', (object: string) => object === '/opt/mc-sizes/memcached'],
  ['lighttpd-1436', 'lighttpd', (object: string) => object.startsWith('/srv/test/ltinst1436/')],
])('learning from the profiles of %s', (id, program, isOwn) => {
  const texts = profiles(id);
  const db = learnSignatures(texts.map(read), { parameters: DEFAULT_PARAMETERS });

  it('finds the functions of the program and its modules, with their calls', () => {
    expect(db.program).toBe(program);
    const counts = countText(texts, isOwn);
    expect(counts.size).toBeGreaterThan(20);
    expect(db.functions.map((f) => f.name)).toEqual([...counts.keys()].sort());
    for (const f of db.functions) {
      expect([f.name, f.ownCalls], 'innermost').toEqual([f.name, counts.get(f.name)!.own]);
      expect([f.name, f.calls], 'on the stack').toEqual([f.name, counts.get(f.name)!.calls]);
    }
  });

  it('gives episodes whose counts are possible', () => {
    for (const f of db.functions) {
      expect(f.episodes.length).toBeGreaterThan(0);
      for (const e of f.episodes) {
        expect(e.support * e.calls.length).toBeLessThanOrEqual(f.calls);
        expect(e.specificity).toBeGreaterThan(0);
        expect(e.specificity).toBeLessThanOrEqual(1);
      }
    }
  });

  it('survives the file', () => {
    expect(parseSignatures(serialiseSignatures(db), 'file')).toEqual(db);
  });
});
