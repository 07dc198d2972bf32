/** Whether an incident shows from outside: at the clients, or in what the server takes of the machine. */
import type { ServerSide } from './instance.js';
import type { ClientSide } from './load/running.js';

export type Symptom = 'throughput' | 'latency' | 'errors' | 'cpu' | 'descriptors';

export interface Observed {
  readonly clients: ClientSide;
  readonly server: ServerSide;
}

export function symptoms(before: Observed, after: Observed, seconds: number): Symptom[] {
  const found: Symptom[] = [];
  const [b, a] = [before.clients, after.clients];
  const slower = (was: number | null, is: number | null) =>
    was !== null && is !== null && is > Math.max(3 * was, was + 25);
  if (a.rate < 0.5 * b.rate) found.push('throughput');
  if (slower(b.p95, a.p95) || slower(b.p50, a.p50)) found.push('latency');
  if (a.errors >= 5 && a.errorShare > Math.max(0.05, 3 * b.errorShare)) found.push('errors');
  if (after.server.cpu > 2.5 * before.server.cpu + 0.2) found.push('cpu');
  if (after.server.descriptors - before.server.descriptors > 25 + 8 * seconds) found.push('descriptors');
  return found;
}

/** The load is served at all. */
export function healthy({ clients }: Observed): boolean {
  return clients.rate >= 2 && clients.errorShare < 0.05;
}
