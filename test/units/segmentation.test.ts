import { describe, expect, it } from 'vitest';
import { onePassInput, unitsWithFeatures } from '../../src/units/one-pass.js';
import type { SegmentationOptions } from '../../src/units/segmentation.js';
import { unitTable } from '../../src/units/unit-table.js';
import { type Switches, type Trace, rowsByThread } from '../../src/trace/table.js';
import { traceFromText } from '../helpers/trace.js';

const ALL = { fromNs: 0, toNs: Infinity, gapNs: 0.05e9, waitNs: 0.0001e9 };

/** Units as text: "tid: call call", in order. */
function units(trace: Trace, options: Partial<SegmentationOptions> = {}): string[] {
  const rows = rowsByThread(trace);
  const found = unitsWithFeatures(onePassInput(trace), { ...ALL, ...options });
  const table = unitTable(found.units, trace.columns.thread, rows);
  return Array.from({ length: table.length }, (_, u) => {
    const calls = [...rows.order.subarray(table.from[u], table.to[u])].map((r) => trace.calls[trace.columns.call[r]!]!);
    return `${trace.threads[table.thread[u]!]!.tid}: ${calls.join(' ')}`;
  });
}

/** Scheduler events: [thread, seconds, state]. */
function switches(events: readonly (readonly [number, number, string])[]): Switches {
  return {
    length: events.length,
    time: Float64Array.from(events, (e) => e[1] * 1e9),
    cpu: new Uint16Array(events.length),
    previous: Int32Array.from(events, (e) => e[0]),
    previousState: Uint8Array.from(events, (e) => e[2].charCodeAt(0)),
    next: new Int32Array(events.length).fill(-1),
    nextName: new Uint16Array(events.length),
    nextNames: [''],
  };
}

describe('without scheduler events', () => {
  it('ends a unit with a wait that waited, and not with one that did not', () => {
    const trace = traceFromText(`
      1 0.0000 epoll_wait +0.01
      1 0.0101 read:tcp
      1 0.0102 write:tcp
      1 0.0103 epoll_wait +0.000003
      1 0.0104 read:tcp
      1 0.0105 epoll_wait +0.01
      1 0.0206 write:tcp`);
    expect(units(trace)).toEqual(['1: epoll_wait', '1: read write epoll_wait read epoll_wait', '1: write']);
  });
  it('tells a wait by what the call works on', () => {
    const trace = traceFromText(`
      1 0.000 read:file +0.01
      1 0.011 read:tcp +0.01
      1 0.022 futex#wake +0.01
      1 0.033 futex#wait +0.01
      1 0.044 fsync:file +0.01
      1 0.055 getpid`);
    expect(units(trace)).toEqual(['1: read read', '1: futex futex', '1: fsync getpid']);
  });
  it('cuts at gaps, measured from the end of one call to the entry of the next', () => {
    const trace = traceFromText(`
      1 0.00 write:file +0.08
      1 0.09 write:file
      1 0.15 write:file`);
    expect(units(trace)).toEqual(['1: write write', '1: write']);
    expect(units(trace, { gapNs: 0.1e9 })).toEqual(['1: write write write']);
  });
  it('looks at each thread alone', () => {
    const trace = traceFromText(`
      1 0.001 read:file
      2 0.002 write:file
      1 0.003 write:file
      2 0.004 read:file`);
    expect(units(trace)).toEqual(['1: read write', '2: write read']);
  });
  it('takes the time to the next call where durations are not known', () => {
    const trace = traceFromText(`
      1 0.000 poll
      1 0.010 getpid
      1 0.020 getpid`);
    trace.columns.duration.fill(NaN);
    expect(units(trace)).toEqual(['1: poll', '1: getpid getpid']);
    expect(units(trace, { gapNs: 0.005e9 })).toEqual(['1: poll', '1: getpid', '1: getpid']);
  });
});

describe('with scheduler events', () => {
  const text = `
      1 0.000 write:file
      1 0.010 fsync:file +0.005
      1 0.020 poll +0.005
      1 0.030 getpid`;
  it('cuts where the thread slept, not where it was preempted', () => {
    // Asleep in fsync; preempted in poll, which therefore is no boundary.
    const trace = traceFromText(text, { switches: switches([[0, 0.012, 'D'], [0, 0.022, 'R']]) }); // prettier-ignore
    expect(units(trace)).toEqual(['1: write fsync', '1: poll getpid']);
  });
  it('cuts between calls when the thread slept outside any', () => {
    const trace = traceFromText(text, { switches: switches([[0, 0.005, 'S'], [-1, 0.015, 'S']]) }); // prettier-ignore
    expect(units(trace)).toEqual(['1: write', '1: fsync poll getpid']);
  });
});

describe('the window', () => {
  const trace = traceFromText(`
      1 1.0 getpid
      1 1.01 futex#wait +4
      1 5.02 write:file
      2 1.0 getpid +0.5
      2 6.0 getpid`);
  it('takes in a call that was still running when it began', () => {
    expect(units(trace, { fromNs: 3e9, toNs: 5.5e9 })).toEqual(['1: futex', '1: write']);
  });
  it('leaves out calls that begin at its end', () => {
    expect(units(trace, { fromNs: 0, toNs: 5.02e9 })).toEqual(['1: getpid futex', '2: getpid']);
  });
  it('may be empty', () => {
    expect(units(trace, { fromNs: 7e9, toNs: 8e9 })).toEqual([]);
  });
});
