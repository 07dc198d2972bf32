import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { abortsWith, onAbort } from '../../src/pool/on-abort.js';
import { Slots } from '../../src/pool/slots.js';
import { cancellation } from '../../src/pool/stage.js';

const warnings: string[] = [];
const note = (warning: Error) => warnings.push(warning.message);
beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});
afterEach(() => {
  process.off('warning', note);
});

describe('onAbort', () => {
  it('calls all who wait, once, and nobody who no longer does', () => {
    const controller = new AbortController();
    const called: number[] = [];
    const takeBack = Array.from({ length: 3 }, (_, i) => onAbort(controller.signal, () => called.push(i)));
    takeBack[1]!();
    const twice = () => called.push(9);
    onAbort(controller.signal, twice)();
    onAbort(controller.signal, twice);
    controller.abort();
    expect(called).toEqual([0, 2, 9]);
    controller.abort();
    expect(called).toEqual([0, 2, 9]);
  });

  it('does not wait for what has happened', () => {
    const called: string[] = [];
    const takeBack = onAbort(AbortSignal.abort(), () => called.push('late'));
    expect(called).toEqual(['late']);
    takeBack();
  });

  it('leaves nothing in a signal for which nobody waits any more', () => {
    const { signal } = new AbortController();
    const forget = Array.from({ length: 3 }, () => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    for (const each of forget) each();
    expect(getEventListeners(signal, 'abort').length).toBe(0);
    forget[0]!();
    onAbort(signal, () => undefined);
    expect(getEventListeners(signal, 'abort').length).toBe(1);
  });

  it('keeps Node quiet, however many wait', async () => {
    const controller = new AbortController();
    const slots = new Slots(0);
    const all = Array.from({ length: 40 }, () => slots.take(controller.signal, cancellation));
    // Warnings come in a later turn.
    await setTimeout(5);
    expect(warnings).toEqual([]);
    controller.abort();
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(40);
  });
});

describe('abortsWith', () => {
  it('aborts for the same reason, until it is let go', () => {
    const parent = new AbortController();
    const [follows, free] = [abortsWith(parent.signal), abortsWith(parent.signal)];
    free.letGo();
    parent.abort('why');
    expect(follows.controller.signal.reason).toBe('why');
    expect(free.controller.signal.aborted).toBe(false);
    expect(abortsWith(parent.signal).controller.signal.reason).toBe('why');
    expect(abortsWith(undefined).controller.signal.aborted).toBe(false);
  });

  it('leaves nothing in the signal that it followed', () => {
    const { signal } = new AbortController();
    const symbols = Object.getOwnPropertySymbols(signal).length;
    for (let n = 0; n < 20; n++) {
      const { controller, letGo } = abortsWith(signal);
      if (n % 2 === 0) controller.abort();
      letGo();
    }
    expect(getEventListeners(signal, 'abort').length).toBe(0);
    // Where AbortSignal.any keeps its own.
    expect(Object.getOwnPropertySymbols(signal).length).toBe(symbols);
  });
});
