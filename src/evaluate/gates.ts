/** Conditions on the totals of an evaluation: `related.top5>=14`. A crossed gate fails a nightly job. Pure. */
import { PerfscopeError } from '../errors.js';
import type { Evaluation } from './evaluation.js';

export interface Gate {
  /** Path into `methods.<m>.total`. */
  readonly field: string;
  readonly relation: '<' | '<=' | '>' | '>=' | '=';
  readonly bound: number;
}

const ADVICE = 'Write "related.top5>=14" or "healthyPrefixes.falseAlarms<=2": a field of `total` (docs/evaluation.md).';

export function parseGate(text: string): Gate {
  const parts = /^\s*([\w.]+)\s*(<=|>=|<|>|=)\s*(-?[\d.]+)\s*$/.exec(text);
  if (parts === null || Number.isNaN(Number(parts[3])))
    throw new PerfscopeError('usage', `--gate ${text}: not a condition`, {}, ADVICE);
  return { field: parts[1]!, relation: parts[2] as Gate['relation'], bound: Number(parts[3]) };
}

/** What to say of each gate that some method does not hold. */
export function crossedGates(evaluation: Evaluation, gates: readonly Gate[]): string[] {
  const crossed: string[] = [];
  for (const gate of gates) {
    for (const [method, { total }] of Object.entries(evaluation.methods)) {
      const value = valueAt(total, gate.field);
      if (typeof value !== 'number')
        throw new PerfscopeError('usage', `--gate ${gate.field}: no such number in the evaluation`, {}, ADVICE);
      if (!holds(value, gate))
        crossed.push(`${method}: ${gate.field} is ${value}, wanted ${gate.relation} ${gate.bound}`);
    }
  }
  return crossed;
}

function valueAt(total: object, field: string): unknown {
  let value: unknown = total;
  for (const key of field.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

function holds(value: number, { relation, bound }: Gate): boolean {
  switch (relation) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '=':
      return value === bound;
  }
}
