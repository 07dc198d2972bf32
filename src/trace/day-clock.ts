/** Seconds of a day. */
export const DAY = 86_400;
/** A clock that goes back by more than this was set, or belongs to another recording, ns: threads print their lines within less. */
export const SET_BACK_NS = 1e9;
/** How far a clock that shows only the time of day may step back without that being taken for the next day, seconds. */
const STEP_BACK = 12 * 3600;

/**
 * A time of day (seconds) put on the line of time that `last` (seconds, may exceed a day) stands on: the moment in
 * [last - 12 h, last + 12 h) that has this time of day. So midnight passes, and a clock that was set back a little stays.
 */
export function unwrapDay(timeOfDay: number, last: number): number {
  return timeOfDay + DAY * Math.ceil((last - STEP_BACK - timeOfDay) / DAY);
}
