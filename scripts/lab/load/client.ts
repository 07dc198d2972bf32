/** What a protocol of the load offers. */
import type { Rng } from '../rng.js';

/** One client's connection. */
export interface Session {
  /** Makes one request of that kind; whether the answer was right. Rejects when the connection is of no more use. */
  request(kind: string): Promise<boolean>;
  close(): void;
}

export interface Target {
  readonly port: number;
  readonly peerPort: number;
  readonly random: Rng;
}

export interface ClientModule {
  /** Connects; the client's number tells clients apart. */
  open(target: Target, client: number): Promise<Session>;
  /** Connects and stays silent, where `open` waits for a request before it connects. */
  idle?(target: Target): Promise<unknown>;
}

/** How a load changes while it runs. */
export type LoadChange = 'double' | 'other-mix' | 'quieter' | 'burst';

export interface LoadSettings {
  readonly protocol: string;
  readonly port: number;
  readonly peerPort: number;
  readonly clients: number;
  readonly idle: number;
  readonly thinkMs: number;
  readonly mix: Readonly<Record<string, number>>;
  readonly otherMix: Readonly<Record<string, number>>;
  /** Kinds of requests of one more client, without a pause, when the load changes to `burst`. */
  readonly burst: readonly string[];
  readonly seed: string;
  /** The load ends by itself after so long. */
  readonly seconds: number;
}

/** A request that has ended. */
export interface Sample {
  /** Seconds since 1970, when it ended. */
  readonly at: number;
  readonly ms: number;
  readonly ok: boolean;
}

export type ToLoad = { readonly start: LoadSettings } | { readonly change: LoadChange } | 'flush';
export type FromLoad = { readonly samples: readonly Sample[]; readonly flushed: boolean };
