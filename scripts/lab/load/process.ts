/** The process in which the load runs: closed-loop clients, each request of which is timed. Spoken to by load/running.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Rng, rngOf } from '../rng.js';
import { loadProtocol } from '../server.js';
import type { ClientModule, FromLoad, LoadChange, LoadSettings, Sample, Session, Target, ToLoad } from './client.js';

/** A request that takes longer has failed, ms. */
const PATIENCE = 2500;
/** Before connecting again, ms. */
const RECONNECT = 50;
/** Samples go to the lab so often, ms. */
const REPORT_EVERY = 100;
const BURST_ROUNDS = 60;

class Load {
  private samples: Sample[] = [];
  private think: number;
  private mix: Readonly<Record<string, number>>;
  private readonly ends: number;

  constructor(
    private readonly settings: LoadSettings,
    private readonly protocol: ClientModule,
  ) {
    this.think = settings.thinkMs;
    this.mix = settings.mix;
    this.ends = Date.now() + settings.seconds * 1000;
  }

  start(): void {
    this.addClients(0, this.settings.clients);
    for (let i = 0; i < this.settings.idle; i++) void this.idleClient(1000 + i);
    setInterval(() => this.report(false), REPORT_EVERY);
    setTimeout(() => process.exit(0), this.settings.seconds * 1000);
  }

  change(change: LoadChange): void {
    if (change === 'quieter') this.think *= 3;
    else if (change === 'other-mix') this.mix = this.settings.otherMix;
    else if (change === 'burst') void this.burst().catch(() => {});
    else {
      this.think /= 1.4;
      this.addClients(this.settings.clients, Math.ceil(this.settings.clients / 2));
    }
  }

  report(flushed: boolean): void {
    const message: FromLoad = { samples: this.samples, flushed };
    this.samples = [];
    process.send!(message);
  }

  private addClients(from: number, count: number): void {
    for (let i = from; i < from + count; i++) void this.client(i);
  }

  private target(who: string | number): Target & { random: Rng } {
    const { port, peerPort, seed } = this.settings;
    return { port, peerPort, random: rngOf(seed, who) };
  }

  private async client(number: number): Promise<void> {
    const target = this.target(number);
    let session: Session | null = null;
    await sleep(target.random.between(0, 300));
    while (Date.now() < this.ends) {
      const kind = target.random.weighted(this.mix);
      const from = performance.now();
      let ok = false;
      try {
        session ??= await within(this.protocol.open(target, number));
        ok = await within(session.request(kind));
      } catch {
        session?.close();
        session = null;
      }
      this.samples.push({ at: Date.now() / 1000, ms: performance.now() - from, ok });
      if (session === null) await sleep(RECONNECT);
      await sleep(target.random.exponential(this.think));
    }
  }

  /** What an administrator or a nightly job does beside the load. */
  private async burst(): Promise<void> {
    const session = await this.protocol.open(this.target('burst'), 2000);
    for (let i = 0; i < BURST_ROUNDS; i++) for (const kind of this.settings.burst) await session.request(kind);
    session.close();
  }

  private async idleClient(number: number): Promise<void> {
    const target = this.target(number);
    await (this.protocol.idle?.(target) ?? this.protocol.open(target, number)).catch(() => {});
  }
}

function within<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), PATIENCE);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

let load: Load | null = null;
process.on('message', (message: ToLoad) => {
  if (message === 'flush') load?.report(true);
  else if ('change' in message) load?.change(message.change);
  else
    void loadProtocol(message.start.protocol).then((protocol) => {
      load = new Load(message.start, protocol);
      load.start();
    });
});
process.on('disconnect', () => process.exit(0));
// An error of a connection that nobody waits for any more: the client has gone on.
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});
