/** How long a batch still takes, from the work done so far. Pure: the caller has the clock. */

/** Before this there is too little to tell from, seconds and share. */
const SETTLED_SECONDS = 3;
const SETTLED_SHARE = 0.01;
/** Time constant of the average of the speed, seconds: the machine's load changes, and so must the estimate. */
const MEMORY_SECONDS = 60;

export class Eta {
  private speed = 0;
  private lastAt: number | null = null;
  private lastWork = 0;
  private begun = 0;

  /**
   * Seconds that are left, or null while that cannot be told.
   *
   * @param now seconds on any clock
   */
  update(now: number, workDone: number, work: number): number | null {
    if (this.lastAt === null) {
      this.lastAt = this.begun = now;
      this.lastWork = workDone;
      return null;
    }
    const passed = now - this.lastAt;
    if (passed >= 1) {
      const speed = Math.max(0, workDone - this.lastWork) / passed;
      // As exact as the mean at first, forgetful later.
      const share = Math.max(1 - Math.exp(-passed / MEMORY_SECONDS), passed / (now - this.begun));
      this.speed += Math.min(1, share) * (speed - this.speed);
      this.lastAt = now;
      this.lastWork = workDone;
    }
    if (now - this.begun < SETTLED_SECONDS || workDone < SETTLED_SHARE * work || this.speed <= 0) return null;
    return (work - workDone) / this.speed;
  }
}
