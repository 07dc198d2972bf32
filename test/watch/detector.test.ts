import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALM, DETECTOR_RULES, type DetectorRules, judge } from '../../src/watch/triggers/detector.js';

const rules: DetectorRules = { ...DETECTOR_RULES, memory: 50, least: 10, floor: 1 };

/** Samples at which an alarm begins. */
function alarms(samples: readonly number[], given = rules): number[] {
  let state = CALM;
  return samples.flatMap((value, i) => {
    const judged = judge(state, value, given);
    state = judged.state;
    return judged.alarm === null ? [] : [i];
  });
}

const usual = (n: number) => Array.from({ length: n }, (_, i) => 100 + (i % 7));
const repeat = (value: number, n: number) => Array.from({ length: n }, () => value);

describe('a figure against its own last hours', () => {
  it('is unusual when it is much more, or much less, for two looks', () => {
    expect(alarms([...usual(20), 500, 500, 500])).toEqual([21]);
    expect(alarms([...usual(20), 0, 0])).toEqual([21]);
    expect(alarms([...usual(20), 500, 100, 500, 100])).toEqual([]);
  });

  it('begins once, also when it wavers, and again after it was calm for a while', () => {
    expect(alarms([...usual(20), 500, 500, 120, 500, 101, 102, 500, 500])).toEqual([21]);
    expect(alarms([...usual(20), 500, 500, ...usual(6), 500, 500])).toEqual([21, 29]);
  });

  it('says nothing before it knows what is usual', () => {
    expect(alarms([...usual(8), 500, 500, 500])).toEqual([]);
  });

  it('what lasts as long as the memory is how things are now', () => {
    expect(alarms([...usual(20), ...repeat(500, 80), ...repeat(5000, 3)])).toEqual([21, 101]);
  });

  it('a figure that does not move at all, and one near nothing, are not unusual by a little', () => {
    expect(alarms([...repeat(100, 20), ...repeat(105, 20)])).toEqual([]);
    expect(alarms([...repeat(0, 20), ...repeat(0.5, 20)])).toEqual([]);
    expect(alarms([...repeat(0, 20), 30, 30])).toEqual([21]);
  });

  it('is not led astray by an incident among what it remembers', () => {
    expect(alarms([...usual(15), ...repeat(800, 1), ...usual(10), 500, 500])).toEqual([27]);
  });

  it('remembers no more than it should, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 200 }), (samples) => {
        let state = CALM;
        for (const value of samples) ({ state } = judge(state, value, rules));
        expect(state.history.length).toBeLessThanOrEqual(rules.memory);
      }),
    );
  });
});
