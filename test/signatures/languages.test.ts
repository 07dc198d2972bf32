/**
 * Learning runs of programs in several languages: which functions are learned, under which name and object, and how often. A folder of
 * languages/ is a case: profiles as the tracers print them, and `expected.json`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { perfScript } from '../../src/formats/perf/script.js';
import { strace } from '../../src/formats/strace/index.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import type { Trace } from '../../src/trace/table.js';

const CASES = new URL('languages/', import.meta.url);

interface Expected {
  readonly program: string;
  readonly stacks: Record<string, number>;
  /** `object:name` to calls with it on the stack. */
  readonly functions: Record<string, number>;
}

function read(url: URL): Trace {
  const format = url.pathname.includes('.strace.') ? strace : perfScript;
  const builder = new TraceBuilder(format === strace ? 'strace' : 'perf');
  builder.append(format.parseChunk(gunzipSync(readFileSync(url)), { tid: 0 }));
  return builder.finish();
}

describe('learning from programs in other languages', () => {
  it.each(readdirSync(CASES))('%s', (name) => {
    const folder = new URL(`${name}/`, CASES);
    const files = readdirSync(folder).filter((file) => file.startsWith('profile'));
    const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Expected;
    const db = learnSignatures(
      files.sort().map((file) => read(new URL(file, folder))),
      { parameters: DEFAULT_PARAMETERS },
    );
    expect({
      program: db.program,
      stacks: db.learned.stacks,
      functions: Object.fromEntries(db.functions.map((f) => [`${f.object}:${f.name}`, f.calls])),
    }).toEqual(expected);
  });
});
