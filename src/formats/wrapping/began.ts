/**
 * When a call began whose line was stamped by who wrote it down. That is when the line ended, and strace ends it with the call: so a call that
 * tells how long it took began so much earlier. (Where another thread got between, it has two lines, and the second is its end as it stands.)
 */

/** A whole call with its duration, behind what may stand before it. */
const LASTED = /^(?!.*<\.\.\. \w+ resumed>).*\) += .* <(\d+)\.(\d{1,9})>\s*$/;
/** Of day or since the epoch, finer than a second: what whole seconds hide, durations cannot tell. Differences are no moments. */
const MOMENT = /^(?:(\d\d):(\d\d):(\d\d)|(\d{9,}))\.(\d{3,9})$/;
const DAY_SECONDS = 86_400;

/** `stamp`, as strace would print it, moved to the beginning of the call of `line`, in the same number of digits. */
export function beganAt(stamp: string, line: string): string {
  const moment = MOMENT.exec(stamp);
  const lasted = moment === null ? null : LASTED.exec(line);
  if (moment === null || lasted === null) return stamp;
  const [, hours, minutes, whole, epoch, digits] = moment;
  const step = 10 ** (9 - digits!.length);
  const ns = Number(digits) * step - Number(lasted[2]!.padEnd(9, '0'));
  const borrowed = Math.floor(ns / 1e9);
  const fraction = String(Math.floor((ns - borrowed * 1e9) / step)).padStart(digits!.length, '0');
  const back = borrowed - Number(lasted[1]);
  if (epoch !== undefined) return `${Number(epoch) + back}.${fraction}`;
  const seconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + back;
  const ofDay = ((seconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  return `${two(ofDay / 3600)}:${two((ofDay / 60) % 60)}:${two(ofDay % 60)}.${fraction}`;
}
