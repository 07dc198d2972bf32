import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Desk, Firing, decide } from '../../src/watch/desk.js';
import type { Trigger } from '../../src/watch/triggers/trigger.js';

const rules = { after: 5, interval: 60, waiting: 2 };
const idle: Desk = { firing: new Map(), next: null, lastAt: null, waiting: 0, ending: false };
const byHand: Trigger = { source: 'command', reason: 'slow', identity: null, since: null, labels: {} };
const alert = (since: number): Trigger => ({ ...byHand, source: 'alert', identity: 'f1', since });
const known = new Map([['f1', { incident: 'A', heard: 1000 }]]);

describe('what becomes of a trigger', () => {
  it.each<[string, Trigger, Partial<Desk>, ReturnType<typeof decide>]>([
    ['the first opens an incident, after a while', byHand, {}, { kind: 'open', due: 2005 }],
    ['soon after another snapshot it waits', byHand, { lastAt: 1990 }, { kind: 'open', due: 2050 }],
    ['long after it does not', byHand, { lastAt: 1000 }, { kind: 'open', due: 2005 }],
    ['it joins what waits for its snapshot', byHand, { next: 'B' }, { kind: 'join', incident: 'B' }],
    ['also where too many wait for analysis', byHand, { next: 'B', waiting: 9 }, { kind: 'join', incident: 'B' }],
    ['it is refused where too many wait', byHand, { waiting: 2 }, { kind: 'refuse', why: 'queue-full' }],
    ['and at the end', byHand, { ending: true, next: 'B' }, { kind: 'refuse', why: 'ending' }],
    ['an alert that fires already', alert(900), { firing: known }, { kind: 'repeat', incident: 'A' }],
    ['is known at the end, too', alert(900), { firing: known, ending: true }, { kind: 'repeat', incident: 'A' }],
    ['one that began anew is another', alert(1500), { firing: known }, { kind: 'open', due: 2005 }],
    ['one that is over is another', alert(900), {}, { kind: 'open', due: 2005 }],
    ['what is pulled by hand is never known', byHand, { firing: known }, { kind: 'open', due: 2005 }],
  ])('%s', (_, trigger, desk, decision) => {
    expect(decide(trigger, { ...idle, ...desk }, rules, 2000)).toEqual(decision);
  });

  it('a snapshot is never due before its trigger, nor too soon after another', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.option(fc.nat(1e6)), (now, lastAt) => {
        const decision = decide(byHand, { ...idle, lastAt }, rules, now);
        expect(decision.kind).toBe('open');
        const { due } = decision as { due: number };
        expect(due).toBeGreaterThanOrEqual(now + rules.after);
        // What was in the future is so by a clock that was set back since.
        if (lastAt !== null && lastAt <= now) expect(due - lastAt).toBeGreaterThanOrEqual(rules.interval);
        expect(due).toBeLessThanOrEqual(now + Math.max(rules.after, rules.interval));
      }),
    );
  });
});

describe('alerts that fire', () => {
  it('are bounded; the one not heard of for longest is forgotten first', () => {
    const firing = new Firing();
    for (let i = 0; i < 10_000; i++) firing.note(`f${i}`, { incident: 'A', heard: i });
    firing.repeat('f0');
    firing.note('new', { incident: 'B', heard: 0 });
    expect(firing.view.size).toBe(10_000);
    expect(['f0', 'f1', 'new'].map((f) => firing.view.has(f))).toEqual([true, false, true]);
  });

  it('are forgotten together with an incident that could not be had', () => {
    const firing = new Firing();
    firing.note('f1', { incident: 'A', heard: 1 });
    firing.note('f2', { incident: 'B', heard: 1 });
    firing.forget('A');
    expect([...firing.view.keys()]).toEqual(['f2']);
    expect([firing.resolve('f2'), firing.resolve('f2')]).toEqual([true, false]);
  });
});
