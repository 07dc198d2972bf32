/** The events of a recording by the ids that its samples carry. */
import { IntMap } from '../../../lib/bytes.js';
import type { EventAttribute } from './attributes.js';
import { type EventLayout, layoutOf } from './kinds.js';
import type { Tracepoint } from './tracing-data.js';

export interface KnownEvent {
  readonly attribute: EventAttribute;
  layout: EventLayout;
}

export class EventTable {
  readonly events: KnownEvent[] = [];
  private readonly byLow = new IntMap();
  private readonly byId = new Map<number, number>();

  /** `names`: of events that no tracepoint's description names, by their ids. */
  constructor(
    attributes: readonly EventAttribute[],
    tracepoints: ReadonlyMap<number, Tracepoint>,
    names: ReadonlyMap<number, string> = new Map(),
  ) {
    for (const attribute of attributes) {
      const described = tracepoints.get(attribute.tracepoint) ?? null;
      const name = described?.name ?? names.get(attribute.ids[0] ?? -1) ?? '';
      const index = this.events.push({ attribute, layout: layoutOf(name, described) }) - 1;
      for (const id of attribute.ids) {
        if (id < 2 ** 31) this.byLow.set(id, index);
        else this.byId.set(id, index);
      }
    }
  }

  /** Index of the event whose sample it is; -1 for an id that nothing tells of. */
  find(w: Int32Array, at: number, low: number): number {
    const { events } = this;
    if (events.length === 0) return -1;
    // Where ids do not stand in the same place in all samples, they are not needed.
    const { identifierAt } = events[0].attribute;
    if (identifierAt < 0) return events.length === 1 ? 0 : -1;
    const id = w[at + identifierAt + low];
    const high = w[at + identifierAt + 1 - low];
    const found =
      high === 0 && id >= 0 ? this.byLow.get(id) : (this.byId.get((high >>> 0) * 2 ** 32 + (id >>> 0)) ?? -1);
    return found < 0 && events.length === 1 ? 0 : found;
  }
}
