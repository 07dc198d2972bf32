/** Signatures for an analysis without any: the window's onset is found by the calls alone, and what was before it is learned. */
import type { MethodInput } from '../method.js';
import { type Beginning, learnBeginning } from '../../signatures/beginning.js';
import { EMPTY_MODEL } from '../../signatures/context-model.js';
import type { SignatureDatabase } from '../../signatures/database.js';
import { findOnset } from './scene/onset.js';
import { lowerBound, sceneOf } from './scene/scene.js';

export function beginningOf(input: Omit<MethodInput, 'signatures' | 'nodeOfStack'>): Beginning {
  const { trace, parameters } = input;
  const onset = findOnset(sceneOf({ ...input, signatures: NOTHING_LEARNED }), parameters.onsetEarlier);
  return learnBeginning(trace, lowerBound(trace, onset.ns), onset.ns);
}

const NOTHING_LEARNED: SignatureDatabase = {
  schemaVersion: 1,
  tool: { name: 'perfscope', version: '' },
  program: '',
  functionsInBinary: null,
  learned: { events: 0, eventsWithStack: 0, seconds: 0, sources: [] },
  parameters: {},
  calls: [],
  functions: [],
  model: EMPTY_MODEL,
};
