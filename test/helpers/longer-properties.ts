/**
 * PROPERTY_SECONDS=20 npx vitest run test/formats: each property is tried for so long, with seeds of its own, instead of the few hundred
 * runs that a quick suite affords. A counterexample becomes a test beside the property.
 */
import type { IRawProperty, Parameters as ParametersOf } from 'fast-check';
import { vi } from 'vitest';

type Property = IRawProperty<unknown>;
type Parameters = ParametersOf<unknown>;

vi.mock('fast-check', async (original) => {
  const actual = await original<typeof import('fast-check')>();
  const interruptAfterTimeLimit = Number(process.env.PROPERTY_SECONDS) * 1000;
  const assert = ((property: Property, parameters?: Parameters) =>
    // One that has its seed holds for most inputs, not for all.
    parameters?.seed === undefined
      ? actual.assert(property, { ...parameters, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit })
      : actual.assert(property, parameters)) as typeof actual.assert;
  return { ...actual, assert, default: { ...actual.default, assert } };
});
