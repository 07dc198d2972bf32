import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/report/reporter.js';
import { speedscopeReporter } from '../../src/report/stacks/speedscope.js';
import type { WeighedStack } from '../../src/stacks/stack-profile.js';
import { document } from './document.js';

/** As speedscope's src/lib/file-format-spec.ts describes a file of sampled profiles. */
const FILE = {
  type: 'object',
  required: ['$schema', 'shared', 'profiles'],
  properties: {
    $schema: { const: 'https://www.speedscope.app/file-format-schema.json' },
    name: { type: 'string' },
    exporter: { type: 'string' },
    activeProfileIndex: { type: 'integer' },
    shared: {
      type: 'object',
      required: ['frames'],
      properties: {
        frames: {
          type: 'array',
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        },
      },
    },
    profiles: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'name', 'unit', 'startValue', 'endValue', 'samples', 'weights'],
        properties: {
          type: { const: 'sampled' },
          name: { type: 'string' },
          unit: { enum: ['none', 'nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes'] },
          startValue: { type: 'number' },
          endValue: { type: 'number' },
          samples: { type: 'array', items: { type: 'array', items: { type: 'integer', minimum: 0 } } },
          weights: { type: 'array', items: { type: 'number', minimum: 0 } },
        },
      },
    },
  },
};

const weights = (calls: number, callTime = 0, gapTime = 0) => ({ calls, callTime, gapTime });
const stacks: WeighedStack[] = [
  { stack: ['main', 'loop'], call: 'read:tcp', before: weights(10, 0.5), after: weights(40, 2, 1), certainty: 0.8 },
  { stack: ['main'], call: 'futex#wait', before: weights(0), after: weights(7, 0.25), certainty: 1 },
];

describe('speedscope', () => {
  const d = document({ stacks: { source: 'decoded', from: 0, onset: 10, to: 30, stacks } });
  const file = JSON.parse(speedscopeReporter.render(d, PLAIN));

  it('fits the format', () => {
    const validate = new Ajv2020({ strict: false }).compile(FILE);
    expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
    for (const p of file.profiles) {
      expect(p.samples.length).toBe(p.weights.length);
      expect(p.endValue).toBeCloseTo(p.weights.reduce((a: number, b: number) => a + b, 0));
      for (const frame of p.samples.flat()) expect(frame).toBeLessThan(file.shared.frames.length);
    }
    expect(file.activeProfileIndex).toBeLessThan(file.profiles.length);
  });

  it('has a profile for each weight and part, outermost frame first', () => {
    expect(file.profiles.map((p: { name: string }) => p.name)).toEqual([
      'time in calls, after the onset, stacks decoded',
      'time in calls, before the onset, stacks decoded',
      'calls, after the onset, stacks decoded',
      'calls, before the onset, stacks decoded',
      'time between calls, after the onset, stacks decoded',
      'time between calls, before the onset, stacks decoded',
    ]);
    const [first] = file.profiles;
    const named = (sample: number[]) => sample.map((f) => file.shared.frames[f].name);
    expect(first.samples.map(named)).toEqual([
      ['main', 'loop', 'read:tcp'],
      ['main', 'futex#wait'],
    ]);
    expect(first.weights).toEqual([2, 0.25]);
  });
});
