/** The timeline of a window in a worker thread, and what it is asked for. */
import type { MethodInput } from '../methods/method.js';
import type { Suspect } from '../result.js';
import type { Timeline } from '../timeline/timeline.js';
import type { TimelineInput } from '../timeline/timeline-of.js';
import type { Stage } from '../pool/stage.js';

/** Its code is loaded where it runs: few runs ask for it. */
export const timelineStage: Stage<TimelineInput, Timeline> = {
  name: 'timeline',
  run: async (input) => (await import('../timeline/timeline-of.js')).timelineOf(input),
};

/** Suspects whose evidence is shown as it happened. */
const SUSPECTS = 20;

/** What the timeline must show so that it can stand beside these suspects. */
export function timelineInput(
  { trace, parameters, fromNs, toNs }: Pick<MethodInput, 'trace' | 'parameters' | 'fromNs' | 'toNs'>,
  splitAt: number | null,
  suspects: readonly Suspect[],
): TimelineInput {
  const told = suspects.slice(0, SUSPECTS).flatMap((s) => s.evidence);
  const excerpts = new Map(
    told.flatMap(({ threads, span, episode }) =>
      threads.slice(0, 1).map((tid) => [`${tid} ${span.from}`, { tid, at: span.from, episode: episode.length }]),
    ),
  );
  return {
    trace,
    parameters,
    fromNs,
    toNs,
    splitAt,
    tids: [...new Set(told.flatMap((e) => e.threads))],
    calls: [...new Set(told.flatMap((e) => e.episode))],
    excerpts: [...excerpts.values()],
  };
}
