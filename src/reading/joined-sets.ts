/** Files of one recording that were written one after the other (perf record --switch-output), and are read as one. */
import type { Arrangement } from '../formats/format.js';
import { binaryFormat } from '../formats/index.js';
import type { Source, SourceSet } from '../source/index.js';
import { sampleOf } from './sampling.js';

/** Where all are files of one binary format: one set of them, in order of time. Else as they are. */
export async function joinedSets(sets: readonly SourceSet[]): Promise<readonly SourceSet[]> {
  const sources = sets.flatMap((set) => set.sources);
  if (sources.length < 2 || sources.some(({ reopenable }) => !reopenable)) return sets;
  const begun: { readonly source: Source; readonly seconds: number }[] = [];
  let common: Arrangement | null = null;
  for (const source of sources) {
    const sampled = await sampleOf(source);
    await sampled.close();
    const arrangement = binaryFormat(sampled.sample)?.arrangement ?? null;
    if (arrangement === null || (common !== null && arrangement !== common)) return sets;
    common = arrangement;
    begun.push({ source, seconds: await firstSeconds(sampled.sample, arrangement) });
  }
  const isTimed = begun.every(({ seconds }) => !Number.isNaN(seconds));
  begun.sort((a, b) => (isTimed ? a.seconds - b.seconds : a.source.path < b.source.path ? -1 : 1));
  return [{ sources: begun.map(({ source }) => source), perThread: false }];
}

/** When a recording begins, by the first bytes of its file; NaN where they do not tell. */
async function firstSeconds(head: Uint8Array, arrangement: Arrangement): Promise<number> {
  const records = arrangement.records(head);
  if (records === null || records.begin >= head.length) return NaN;
  const { begin, end } = records;
  const room = { pieceBytes: head.length, supply: () => new SharedArrayBuffer(head.length) };
  const arranger = await arrangement.open(head.subarray(0, begin), new Uint8Array(0), { tid: 0 }, room);
  arranger.push(head.subarray(begin, end ?? head.length));
  return arranger.firstSeconds;
}
