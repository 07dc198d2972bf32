/** Which events of ftrace's ring tell of what: their numbers are the machine's, so the recording describes them. */
import { type EventLayout, OTHER, layoutOf } from '../perf/data/kinds.js';
import { readFormat } from '../perf/data/tracing-data.js';
import type { Preamble } from './preamble.js';

/** A new thread or process: tid, name and flags of clone(2) in words; a thread has another name: tid and name. */
export type RingEvent =
  | { readonly what: 'call'; readonly layout: EventLayout }
  | {
      readonly what: 'new';
      readonly tid: number;
      readonly name: number;
      readonly flags: number;
      readonly words: number;
    }
  | { readonly what: 'name'; readonly tid: number; readonly name: number; readonly words: number };

/** By number; and where the number and the tid stand in each. */
export interface RingEvents {
  readonly byNumber: ReadonlyMap<number, RingEvent>;
  readonly typeAt: number;
  readonly tidAt: number;
}

const NAME_WORDS = 4;

/** Null where the descriptions are none. */
export function ringEvents(formats: Preamble['formats']): RingEvents | null {
  const byNumber = new Map<number, RingEvent>();
  let [typeAt, tidAt] = [-1, -1];
  for (const [name, text] of Object.entries(formats)) {
    const format = readFormat(name.split(':')[0]!, text);
    if (format === null) continue;
    const { fields } = format.tracepoint;
    const word = (wanted: string) => {
      const field = fields.find((f) => f.name === wanted && f.offset % 4 === 0);
      return field === undefined ? -1 : field.offset / 4;
    };
    // The same in all events: struct trace_entry.
    typeAt = word('common_type');
    tidAt = word('common_pid');
    if (typeAt < 0 || tidAt < 0) return null;
    const event = told(name, word) ?? callOf(name, layoutOf(name, format.tracepoint));
    if (event !== null) byNumber.set(format.id, event);
  }
  return typeAt < 0 ? null : { byNumber, typeAt, tidAt };
}

function callOf(name: string, layout: EventLayout): RingEvent | null {
  return layout.kind === OTHER || name === '' ? null : { what: 'call', layout };
}

function told(name: string, word: (field: string) => number): RingEvent | null {
  const tid = word('pid');
  if (name === 'task:task_newtask') {
    const [comm, flags] = [word('comm'), word('clone_flags')];
    if (tid < 0 || comm < 0 || flags < 0) return null;
    return { what: 'new', tid, name: comm, flags, words: Math.max(tid + 1, comm + NAME_WORDS, flags + 1) };
  }
  if (name !== 'task:task_rename') return null;
  const comm = word('newcomm');
  return tid < 0 || comm < 0 ? null : { what: 'name', tid, name: comm, words: Math.max(tid + 1, comm + NAME_WORDS) };
}
