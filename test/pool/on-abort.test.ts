import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onAbort } from '../../src/pool/on-abort.js';
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
