import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { usualCallPaths } from '../../src/signatures/call-paths.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

it('names the callers through which most calls came, innermost first', () => {
  const signatures = learnSignatures(
    [
      traceFromText(`
        1 0.1 read:tcp main>loop>serve>log
        1 0.2 write:file main>loop>serve>log
        1 0.3 write:file main>shutdown>log
        1 0.4 poll main>loop`),
    ],
    { parameters: DEFAULT_PARAMETERS },
  );
  const paths = usualCallPaths(signatures);
  const of = (name: string) => paths[signatures.functions.findIndex((f) => f.name === name)];
  expect(of('log')).toEqual(['serve', 'loop', 'main']);
  expect(of('shutdown')).toEqual(['main']);
  expect(of('main')).toEqual([]);
});
