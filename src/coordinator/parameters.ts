/** Parameters given by name, checked and completed with the defaults. */
import { PerfscopeError } from '../errors.js';
import {
  DEFAULT_PARAMETERS,
  PARAMETERS,
  type ParameterName,
  type ParameterSpec,
  type Parameters,
} from '../parameters.js';

export type GivenParameters = Partial<Record<ParameterName, number | undefined>>;

export function resolveParameters(given: GivenParameters = {}): Parameters {
  const out: Record<string, number> = { ...DEFAULT_PARAMETERS };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(PARAMETERS, name)) {
      throw new PerfscopeError('usage', `parameter ${name}: there is no such parameter`, {}, 'See docs/parameters.md.');
    }
    const spec: ParameterSpec = PARAMETERS[name as ParameterName];
    if (!(value >= spec.min && value <= spec.max)) {
      const range = `It is ${spec.min} to ${spec.max} ${spec.unit}; the default is ${spec.default}.`;
      throw new PerfscopeError('usage', `${flagOf(name)} ${value}: out of range`, {}, range);
    }
    out[name] = value;
  }
  return out as unknown as Parameters;
}

/** unitGap -> --unit-gap */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}
