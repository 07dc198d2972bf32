/** Times that recordings do not tell, against those that they were made from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trace } from '../../src/trace/table.js';
import { parseText } from './strace-text.js';

interface Call {
  readonly tid: number;
  /** us */
  readonly at: number;
  readonly took: number;
}

/** Threads that make one call after the other, with pauses. */
const calls = fc
  .array(
    fc.record({
      tid: fc.integer({ min: 1, max: 3 }),
      pause: fc.nat(900_000),
      took: fc.integer({ min: 1, max: 2_500_000 }),
    }),
    {
      minLength: 1,
      maxLength: 25,
    },
  )
  .map((steps) => {
    const free = new Map<number, number>();
    return steps.map(({ tid, pause, took }): Call => {
      const at = (free.get(tid) ?? 0) + pause;
      free.set(tid, at + took);
      return { tid, at, took };
    });
  });

const two = (n: number) => String(n).padStart(2, '0');
const seconds = (us: number) => `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
const secondOfDay = (us: number) => {
  const s = 36_000 + Math.floor(us / 1e6);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};

/** What strace -f prints: a line an event, in order; calls during which another thread's line comes have two halves. */
function record(list: readonly Call[], time: (us: number, before: number) => string): string {
  const events = list
    .flatMap(({ tid, at, took }, i) => [
      { us: at, order: 1, tid, i, took },
      { us: at + took, order: 0, tid, i, took },
    ])
    .sort((a, b) => a.us - b.us || (a.i === b.i ? b.order - a.order : a.order - b.order));
  let text = '';
  let open = -1;
  let before = 0;
  for (const { us, order, tid, i, took } of events) {
    if (order === 0 && open === i) {
      text += `) = ${i} <${seconds(took)}>\n`;
      open = -1;
      continue;
    }
    if (open >= 0) text += ' <unfinished ...>\n';
    open = -1;
    text += `${tid}  ${time(us, before)}`;
    before = us;
    if (order === 0) text += `<... read resumed>) = ${i} <${seconds(took)}>\n`;
    else {
      text += 'read(3, "x", 1';
      open = i;
    }
  }
  return text;
}

/** Start of each call by its number, us. */
function starts(trace: Trace): number[] {
  const found: number[] = [];
  for (let row = 0; row < trace.length; row++) found[trace.columns.result[row]!] = trace.columns.start[row]! / 1000;
  return found;
}

function overlaps(trace: Trace): number {
  const free: number[] = [];
  const { start, duration, thread } = trace.columns;
  let count = 0;
  for (let row = 0; row < trace.length; row++) {
    const t = thread[row]!;
    if (start[row]! < (free[t] ?? 0) - 1) count++;
    free[t] = start[row]! + duration[row]!;
  }
  return count;
}

/** Time that the busiest thread spends in its calls, us. */
function busiest(list: readonly Call[]): number {
  const busy = new Map<number, number>();
  for (const { tid, took } of list) busy.set(tid, (busy.get(tid) ?? 0) + took);
  return Math.max(...busy.values());
}

describe('calls with durations', () => {
  it('-t: begin within the second that the line shows, one after the other', () => {
    fc.assert(
      fc.property(calls, (list) => {
        const trace = parseText(record(list, (us) => `${secondOfDay(us)} `));
        const found = starts(trace);
        const zero = (trace.origin.seconds - 36_000) * 1e6 + trace.origin.nanoseconds / 1000;
        list.forEach(({ at }, i) => {
          const second = Math.floor(at / 1e6) * 1e6;
          expect(found[i]! + zero).toBeGreaterThanOrEqual(second - 0.01);
          expect(found[i]! + zero).toBeLessThanOrEqual(second + 1e6 + 0.01);
        });
        expect(overlaps(trace)).toBe(0);
      }),
    );
  });

  it('-t: where calls on two lines tie the lines together, moments are told to a few hundredths of a second', () => {
    const ms = 1000;
    const list = [
      ...Array.from({ length: 3000 }, (_, k): Call => ({ tid: 1, at: 300 * ms + k * 2 * ms, took: 0.4 * ms })),
      ...Array.from({ length: 35 }, (_, k): Call => ({
        tid: 2,
        at: 300 * ms + k * 170 * ms + 0.9 * ms,
        took: 168 * ms,
      })),
    ];
    const trace = parseText(record(list, (us) => `${secondOfDay(us)} `));
    const errors = starts(trace).map((us, i) => us - (list[i]!.at - 300 * ms));
    const middle = [...errors].sort((a, b) => a - b)[errors.length >> 1]!;
    for (const error of errors) expect(Math.abs(error - middle)).toBeLessThan(40 * ms);
  });

  it('--relative-timestamps=s: begin one after the other, and not later than they did', () => {
    fc.assert(
      fc.property(calls, (list) => {
        const time = (us: number, before: number) => `${String(Math.floor((us - before) / 1e6)).padStart(6)} `;
        const trace = parseText(record(list, time));
        const found = starts(trace);
        const zero = Math.min(...list.map(({ at }) => at));
        list.forEach(({ at }, i) => expect(found[i]! + zero).toBeLessThanOrEqual(at + 0.01));
        expect(overlaps(trace)).toBe(0);
        expect(trace.endNs / 1000).toBeGreaterThanOrEqual(busiest(list) - 0.01);
      }),
    );
  });

  it('no times: one after the other, as long as the busiest thread at least, and no longer than it was', () => {
    fc.assert(
      fc.property(calls, (list) => {
        const trace = parseText(record(list, () => ''));
        expect(overlaps(trace)).toBe(0);
        expect(trace.endNs / 1000).toBeGreaterThanOrEqual(busiest(list) - 0.01);
        const zero = Math.min(...list.map(({ at }) => at));
        const end = Math.max(...list.map(({ at, took }) => at + took));
        expect(trace.endNs / 1000).toBeLessThanOrEqual(end - zero + 0.01);
      }),
    );
  });

  it('no times: what all calls of a thread need for their way is no pause of one of them', () => {
    const ms = 1000;
    const worker = Array.from({ length: 1000 }, (_, k): Call => ({ tid: 1, at: k * ms, took: 0.9 * ms }));
    const pause = 300 * ms;
    const list = [
      ...worker.map((call, k) => (k < 600 ? call : { ...call, at: call.at + pause })),
      ...Array.from({ length: 9 }, (_, k): Call => ({ tid: 2, at: 150 * k * ms + 50, took: 149 * ms })),
    ];
    const found = starts(parseText(record(list, () => '')));
    list.forEach(({ at }, i) => expect(Math.abs(found[i]! - at)).toBeLessThan(i === 599 ? pause : 100 * ms));
    const pauses = worker.slice(1).map((_, k) => found[k + 1]! - found[k]! - 0.9 * ms);
    expect(pauses.filter((us) => us > 20 * ms).length).toBeLessThan(4);
    expect(pauses.reduce((most, us) => Math.max(most, us))).toBeGreaterThan(pause / 3);
  });

  it('-ttt and -r with microseconds: as they were', () => {
    fc.assert(
      fc.property(calls, fc.boolean(), (list, relative) => {
        const time = (us: number, before: number) =>
          relative ? `${seconds(us - before).padStart(13)} ` : `17${seconds(1e6 * 1e8 + us).padStart(15, '0')} `;
        const found = starts(parseText(record(list, time)));
        const zero = Math.min(...list.map(({ at }) => at));
        list.forEach(({ at }, i) => expect(found[i]! + zero).toBeCloseTo(at, 1));
      }),
    );
  });
});

describe('a clock that goes back', () => {
  it('is told with its line, wherever the text is cut', () => {
    const line = (time: string) => `7  ${time} getpid() = 7\n`;
    const text =
      line('1700000100.000000') + line('1700000100.500000') + line('1700000099.600000') + line('1700000001.000000');
    for (const limits of [[], [1]]) {
      expect(parseText(text, limits).setBack).toEqual({ times: 1, line: 4, ns: 98.6e9 });
      expect(parseText(text + text, limits).setBack).toMatchObject({ times: 2, line: 4 });
    }
  });

  it('by more than a second was set; by less, threads print their lines so', () => {
    const after = (time: string) => `7  1700000100.000000 getpid() = 7\n7  ${time} getpid() = 7\n`;
    for (const limits of [[], [1]]) {
      expect(parseText(after('1700000099.000000'), limits).setBack).toBeNull();
      expect(parseText(after('1700000098.999999'), limits).setBack).toEqual({ times: 1, line: 2, ns: 1_000_001_000 });
    }
  });

  it('is not midnight, and not the order of lines within a second', () => {
    const text = '7  23:59:59.900000 getpid() = 7\n7  00:00:00.100000 getpid() = 7\n8  00:00:00.050000 getpid() = 7\n';
    expect(parseText(text).setBack).toBeNull();
    expect(parseText(text).endNs).toBe(0.2e9);
  });
});
