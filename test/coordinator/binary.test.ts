import { expect, it } from 'vitest';
import { binaryWarnings } from '../../src/coordinator/binary.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

const DB = learnSignatures(
  [traceFromText('1 0.1 read main>f\n1 0.2 write main>g@/opt/app/lib/mod.so\n1 0.3 write main>h')],
  { parameters: DEFAULT_PARAMETERS },
);
const binary = (functions: string[], complete = true, buildId = '') =>
  binaryWarnings({ path: 'app', buildId, functions, complete, callGraph: null }, DB).map((w) => [w.code, w.args.seen]);

it('warns of a binary that is stripped or of another program', () => {
  expect(binary(['main', 'f'])).toEqual([]); // g is a module's
  expect(binary(['main', 'other'])).toEqual([['binary-differs', 1]]);
  expect(binary(['main', 'f', 'h'], false)).toEqual([['binary-stripped', undefined]]);
});
