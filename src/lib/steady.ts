/** A clock that only goes forward: that of the machine may be set while somebody waits. s since some moment. */
export function steadySeconds(): number {
  return performance.now() / 1000;
}

/** What the clock on the wall shows of a moment, by what it shows now; s since 1970. */
export function wallSeconds(steady: number): number {
  return Date.now() / 1000 - (steadySeconds() - steady);
}
