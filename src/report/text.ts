/** Numbers, times and columns as people read them. */

/** 311005 -> "311,005". The same on every machine, whatever its locale. */
export function grouped(n: number): string {
  return Number.isInteger(n) ? n.toLocaleString('en-US') : n.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** Seconds as "0.4 ms", "12.3 s", "1m 12s", "2h 05m". */
export function duration(seconds: number): string {
  const s = Math.abs(seconds);
  const sign = seconds < 0 ? '-' : '';
  if (s < 0.0995) return `${sign}${trim((s * 1000).toFixed(1))} ms`;
  if (s < 59.95) return `${sign}${trim(s.toFixed(1))} s`;
  const whole = Math.round(s);
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${sign}${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

/** 1536 -> "1.5 KB" (powers of 1024, as ls -h). */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let i = 0;
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024;
  return `${i === 0 ? n : n.toFixed(1)} ${units[i]}`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

export interface Clock {
  readonly clock: string;
  /** Seconds on the trace's own clock of its first event. */
  readonly startedAt: number;
}

/** Seconds of the last date that JavaScript has (ECMA-262, time values). */
const LAST_DATE = 8.64e12;

/**
 * A moment of the trace: time of day for wall clocks (UTC, so that a result reads the same on every machine), else
 * seconds of the trace's own clock or since its first event.
 */
export function moment(clock: Clock, seconds: number): string {
  const at = clock.startedAt + seconds;
  if (Number.isNaN(at)) return '?';
  if (clock.clock === 'epoch') return dayTime(at);
  if (clock.clock === 'day') return dayTime(at);
  if (clock.clock === 'boot') return `${at.toFixed(1)} s`;
  return `+${seconds.toFixed(1)} s`;
}

/** The start of a trace with its date, where it has one. */
export function startOf(clock: Clock): string {
  if (clock.clock === 'epoch' && Math.abs(clock.startedAt) <= LAST_DATE)
    return `${new Date(clock.startedAt * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  if (clock.clock === 'day') return dayTime(clock.startedAt);
  if (clock.clock === 'boot') return `${clock.startedAt.toFixed(3)} s after boot`;
  return '';
}

function dayTime(seconds: number): string {
  const s = ((Math.floor(seconds) % 86400) + 86400) % 86400;
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

const two = (n: number) => String(n).padStart(2, '0');
const trim = (text: string) => text.replace(/\.0$/, '');

/** Cut to `width` characters in the middle, so that both the beginning and the end of a name remain. */
export function shorten(text: string, width: number): string {
  const chars = [...text];
  if (chars.length <= width) return text;
  if (width <= 1) return '…'.slice(0, width);
  const head = Math.ceil((width - 1) / 2);
  return chars.slice(0, head).join('') + '…' + chars.slice(chars.length - (width - 1 - head)).join('');
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/** A bar of `cells` characters, filled to `share` (0..1) in steps of an eighth of a character. */
export function bar(share: number, cells: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * cells * 8);
  const text = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
  return text.padEnd(cells, ' ');
}
