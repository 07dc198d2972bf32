/**
 * The window of a trace that is analysed, from what the user asked for. Pure.
 *
 * A moment is
 * - `2026-11-23T12:03:41.5Z` or with a zone `+02:00` (UTC without one), for traces on the wall clock;
 * - `12:03:41`: the first such time of day (UTC) at or after the start of the trace;
 * - `+30s`: after the first event; `-5m`: before the last;
 * - `1795395832.5`: seconds on the trace's own clock (epoch seconds, seconds since boot, ...).
 *
 * A length of time is `90`, `90s`, `500ms`, `5m`, `1h30m`.
 */
import { PerfscopeError } from '../errors.js';
import type { Message } from '../result.js';
import type { Trace } from '../trace/table.js';
import type { Window } from '../units/unit-table.js';

export interface WindowOptions {
  readonly from?: string | number | undefined;
  readonly to?: string | number | undefined;
  /** Length before `to` (or before the end), or after `from` when that is given alone. */
  readonly window?: string | number | undefined;
}

type Clocked = Pick<Trace, 'origin' | 'clock' | 'endNs'>;

const DAY = 86400;

/** Nanoseconds since the trace's first event, [fromNs, toNs). Without options the whole trace. */
export function resolveWindow(trace: Clocked, options: WindowOptions, path = ''): Window {
  if (options.from !== undefined && options.to !== undefined && options.window !== undefined)
    throw usage('--from, --to and --window together say too much', 'Leave one of the three out.');
  // The last event must lie inside, and `to` is exclusive.
  const endNs = trace.endNs + 1;
  const length = options.window === undefined ? undefined : parseDuration(options.window, '--window') * 1e9;
  let fromNs = options.from === undefined ? undefined : parseMoment(trace, options.from, '--from');
  let toNs = options.to === undefined ? undefined : parseMoment(trace, options.to, '--to');
  if (length !== undefined) {
    if (fromNs !== undefined) toNs = fromNs + length;
    else fromNs = (toNs ?? endNs) - length;
  }
  if (fromNs !== undefined && toNs !== undefined && fromNs >= toNs)
    throw usage('the window ends before it begins', 'Check --from and --to.');
  fromNs ??= 0;
  toNs ??= endNs;
  if (fromNs >= endNs || toNs <= 0) {
    throw new PerfscopeError(
      'window-empty',
      `the window, ${describe(trace, fromNs)} to ${describe(trace, toNs)}, lies outside the trace`,
      { path },
      `The trace covers ${describe(trace, 0)} to ${describe(trace, trace.endNs)}.`,
    );
  }
  return { fromNs: Math.max(0, fromNs), toNs: Math.min(endNs, toNs) };
}

/** When the recording ended, ns since the trace's first event. It did not end before the trace. */
export function resolveEnd(trace: Clocked, ended: string | number): number {
  if (trace.clock === 'none')
    throw usage(`--ended ${ended}: the trace has no times`, 'Record it with strace -ttt, or leave --ended out.');
  const ns = parseMoment(trace, ended, '--ended');
  if (ns >= trace.endNs) return ns;
  throw usage(
    `--ended ${ended}: the trace goes on until ${describe(trace, trace.endNs)}`,
    'Give the moment when the recording was stopped; for a part of it, --to.',
  );
}

/** Whether `from` or `to` was asked for outside the trace, so that the window is smaller than asked. A mistaken clock shows in this. */
export function windowWarnings(trace: Clocked, options: WindowOptions, window: Window): Message[] {
  const fromNs = options.from === undefined ? 0 : parseMoment(trace, options.from, '--from');
  const toNs = options.to === undefined ? 0 : parseMoment(trace, options.to, '--to');
  if (fromNs >= 0 && toNs <= trace.endNs + 1) return [];
  const args = { from: window.fromNs / 1e9, to: window.toNs / 1e9 };
  return [{ code: 'window-clipped', args }];
}

/** Seconds of a length of time such as "5m", "1h30m", "500ms", "90". */
export function parseDuration(text: string | number, option: string): number {
  const seconds = typeof text === 'number' ? text : durationSeconds(text.trim());
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw usage(`${option} ${text}: not a length of time`, 'Write 90s, 500ms, 5m or 1h30m.');
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, '': 1, m: 60, h: 3600, d: DAY };

function durationSeconds(text: string): number {
  let seconds = 0;
  let rest = text;
  while (rest !== '') {
    const part = /^(\d+(?:\.\d*)?|\.\d+)(ns|us|ms|s|m|h|d|)/.exec(rest);
    if (part === null || (part[2] === '' && part[0] !== text)) return Number.NaN;
    seconds += Number(part[1]) * UNITS[part[2]!]!;
    rest = rest.slice(part[0].length);
  }
  return text === '' ? Number.NaN : seconds;
}

function parseMoment(trace: Clocked, given: string | number, option: string): number {
  const text = String(given).trim();
  if (/^[+-]/.test(text)) {
    const ns = parseDuration(text.slice(1), option) * 1e9;
    return text.startsWith('+') ? ns : trace.endNs - ns;
  }
  if (/^(\d+(\.\d*)?|\.\d+)$/.test(text)) return onClock(trace, text);
  const day = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(text);
  if (day !== null && !(Number(day[1]) < 24 && Number(day[2]) < 60 && Number(day[3] ?? 0) < 61))
    throw usage(`${option} ${text}: no time of day`, 'Hours go from 0 to 23, minutes and seconds from 0 to 59.');
  if (day !== null) return timeOfDay(trace, Number(day[1]) * 3600 + Number(day[2]) * 60 + Number(day[3] ?? 0), option);
  const ms = isoMilliseconds(text);
  if (Number.isNaN(ms))
    throw usage(`${option} ${text}: not a moment`, 'Write 2026-11-23T12:03:41Z, 12:03:41, +30s, -5m or seconds.');
  if (trace.clock !== 'epoch')
    throw usage(`${option} ${text}: the trace has no wall clock`, 'Write +30s, -5m or seconds of the trace.');
  return (ms / 1000 - trace.origin.seconds) * 1e9 - trace.origin.nanoseconds;
}

/** Decimal seconds on the trace's clock; the whole seconds are subtracted first, so that no digit is lost. */
function onClock(trace: Clocked, text: string): number {
  const [whole = '0', fraction = ''] = text.split('.');
  const ns = Number((fraction + '000000000').slice(0, 9));
  return (Number(whole) - trace.origin.seconds) * 1e9 + (ns - trace.origin.nanoseconds);
}

function isoMilliseconds(text: string): number {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/i.exec(text);
  if (parts === null) return Number.NaN;
  return Date.parse(`${parts[1]}T${parts[2] ?? '00:00:00'}${parts[3] ?? 'Z'}`);
}

function timeOfDay(trace: Clocked, seconds: number, option: string): number {
  if (trace.clock !== 'epoch' && trace.clock !== 'day')
    throw usage(`${option}: the trace has no time of day`, 'Write +30s, -5m or seconds of the trace.');
  const start = (trace.origin.seconds % DAY) + trace.origin.nanoseconds / 1e9;
  const after = seconds - start;
  const span = trace.endNs / 1e9;
  // Over midnight, and the moment just before the start of the trace, which is not tomorrow's.
  return (after < 0 && after + DAY <= span ? after + DAY : after) * 1e9;
}

function describe(trace: Clocked, ns: number): string {
  const seconds = trace.origin.seconds + (trace.origin.nanoseconds + ns) / 1e9;
  return trace.clock === 'epoch' ? new Date(seconds * 1000).toISOString() : `${seconds.toFixed(3)} s`;
}

function usage(message: string, advice: string): PerfscopeError {
  return new PerfscopeError('usage', message, {}, advice);
}
