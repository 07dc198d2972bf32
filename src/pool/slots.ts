/** How many may work at once, and who is next. */
import { onAbort } from './on-abort.js';

/** A bound on how many tasks are under way: `take` waits for a place, `give` frees one. First come, first served. */
export class Slots {
  private readonly waiting: { grant: () => void; refuse: (reason: unknown) => void }[] = [];

  constructor(private free: number) {}

  get areTaken(): boolean {
    return this.free === 0;
  }

  /** Resolves when a place is taken. Rejects when `signal` aborts first (with what `reason` makes of it). */
  take(signal: AbortSignal | undefined, reason: (signal: AbortSignal) => Error): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(reason(signal));
    if (this.free > 0) {
      this.free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const entry = { grant: resolve, refuse: reject };
      this.waiting.push(entry);
      if (signal === undefined) return;
      const forget = onAbort(signal, () => {
        const at = this.waiting.indexOf(entry);
        if (at >= 0) this.waiting.splice(at, 1);
        reject(reason(signal));
      });
      entry.grant = () => {
        forget();
        resolve();
      };
      entry.refuse = (why) => {
        forget();
        reject(why);
      };
    });
  }

  give(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free++;
    else next.grant();
  }

  /** Turns away everyone who waits. */
  refuseAll(reason: Error): void {
    for (const entry of this.waiting.splice(0)) entry.refuse(reason);
  }
}
