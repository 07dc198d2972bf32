/** A running load, and what its clients saw. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromLoad, LoadChange, LoadSettings, Sample, ToLoad } from './client.js';

/** What clients saw in a stretch of time. Rates a second, latencies in ms (null: no request succeeded). */
export interface ClientSide {
  readonly rate: number;
  readonly errors: number;
  readonly errorShare: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export class RunningLoad {
  private readonly samples: Sample[] = [];
  private waiting: (() => void) | null = null;

  private constructor(private readonly process: ChildProcess) {
    process.on('message', (message: FromLoad) => {
      this.samples.push(...message.samples);
      if (message.flushed) this.waiting?.();
    });
    process.on('exit', () => this.waiting?.());
  }

  static start(settings: LoadSettings): RunningLoad {
    const child = fork(fileURLToPath(new URL('process.js', import.meta.url)), { stdio: 'ignore' });
    const load = new RunningLoad(child);
    load.send({ start: settings });
    return load;
  }

  change(change: LoadChange): void {
    this.send({ change });
  }

  /** From and to: seconds since 1970. */
  async clientSide(from: number, to: number): Promise<ClientSide> {
    await this.flush();
    return summarise(
      this.samples.filter((s) => s.at >= from && s.at < to),
      to - from,
    );
  }

  stop(): void {
    this.process.kill('SIGKILL');
  }

  private flush(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 2000);
      this.waiting = () => {
        clearTimeout(timer);
        this.waiting = null;
        resolve();
      };
      this.send('flush');
    });
  }

  private send(message: ToLoad): void {
    if (this.process.connected) this.process.send(message);
    else this.waiting?.();
  }
}

export function summarise(samples: readonly Sample[], seconds: number): ClientSide {
  const good = samples.filter((s) => s.ok).map((s) => s.ms);
  good.sort((a, b) => a - b);
  const quantile = (q: number) =>
    good.length === 0 ? null : round(good[Math.min(good.length - 1, Math.floor(q * good.length))]!, 2);
  const errors = samples.length - good.length;
  return {
    rate: round(good.length / Math.max(seconds, 0.1), 2),
    errors,
    errorShare: samples.length === 0 ? 0 : round(errors / samples.length, 3),
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
  };
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
