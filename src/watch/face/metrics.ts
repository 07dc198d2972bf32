/** /metrics: what is counted, and how things stand. */
import type { RingStatus } from '../../record/recorder.js';
import { type Metric, prometheusText } from '../../report/prometheus-text.js';
import { COUNTERS, type Counter } from '../counters.js';
import type { Watch } from '../watch.js';

export interface Standing {
  /** Null where nothing is recorded. */
  readonly ring: RingStatus | null;
  readonly starts: number;
  readonly incidents: number;
  readonly bytes: number;
  readonly undelivered: number;
}

export function metricsText(watch: Watch, standing: Standing): string {
  const gauge = (name: string, help: string, value: number | null): Metric => {
    return { name: `perfscope_watch_${name}`, help, samples: value === null ? [] : [{ labels: {}, value }] };
  };
  const counters = (Object.keys(COUNTERS) as Counter[]).map((name): Metric => {
    const samples = watch.counters.samples(name);
    return { name: `perfscope_watch_${name}_total`, help: COUNTERS[name], type: 'counter', samples };
  });
  const { ring } = standing;
  return prometheusText([
    gauge('recording', 'Whether calls are recorded at the moment', ring === null ? 0 : 1),
    gauge('ring_bytes', 'Bytes that the ring holds', ring?.bytes ?? null),
    gauge('ring_seconds', 'How far back the ring goes', ring?.seconds ?? null),
    { ...gauge('lost_events_total', 'Events that the tracer lost', ring?.lost ?? null), type: 'counter' },
    { ...gauge('ring_starts_total', 'Times that recording was started', standing.starts), type: 'counter' },
    gauge('incidents', 'Incidents that are kept', standing.incidents),
    gauge('incidents_bytes', 'Bytes that they take', standing.bytes),
    gauge('analyses_waiting', 'Snapshots that wait for their analysis', watch.state.waiting),
    gauge('deliveries_waiting', 'Messages that are not delivered yet', standing.undelivered),
    gauge('start_time_seconds', 'When watch was started, seconds since 1970', watch.startedAt / 1000),
    gauge('resident_memory_bytes', 'Memory of watch itself', process.memoryUsage.rss()),
    ...counters,
  ]);
}
