/** The processes that `watch -p` is asked for: each ends in its own time, and the others are recorded as before. */
import { beganAt } from '../record/life.js';
import type { Target } from '../record/recorder.js';
import type { Say } from './say.js';

export class Asked {
  /** When each began that was there at the beginning. */
  private readonly began = new Map<number, string | null>();
  private pids: readonly number[];

  constructor(
    private readonly target: Target,
    private readonly say: Say,
    private readonly life: (pid: number) => string | null = beganAt,
  ) {
    this.pids = target.kind === 'pid' ? target.pids : [];
    for (const pid of this.pids) this.began.set(pid, life(pid));
  }

  /** What there is to record now; that one has ended while others go on is told once. Who never was there is left to whoever records. */
  left(): Target {
    const { target, began } = this;
    if (target.kind !== 'pid') return target;
    const [before, now] = [this.pids, this.pids.filter((pid) => began.get(pid) === this.life(pid))];
    this.pids = now;
    if (now.length > 0 && now.length < before.length) {
      const ended = before.filter((pid) => !now.includes(pid)).join(', ');
      this.say('warn', { code: 'watch-process-ended', args: { ended, left: now.join(', ') } });
    }
    return { kind: 'pid', pids: now };
  }

  /** Whether one may end before the others. */
  get areMany(): boolean {
    return this.pids.length > 1;
  }
}
