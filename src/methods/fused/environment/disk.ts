/** The disk: storage calls that got slow, with no more of them than before. */
import { inBlocks } from '../../../lib/in-blocks.js';
import { countPlaces, folded } from '../scene/counts.js';
import type { Scene } from '../scene/scene.js';
import { Series } from '../scene/series.js';
import { HARMFUL, type Outside, reason } from './outside.js';

const SYNCS = /^(?:fsync|fdatasync|sync_file_range|msync|syncfs|sync)$/;
const STORES =
  /^(?:read|write|pread64|pwrite64|readv|writev|preadv2?|pwritev2?|sendfile|fallocate|ftruncate|openat?|unlink|rename)$/;

export function slowDisk(scene: Scene, factor: number): Outside | null {
  const { trace, places, firstRow, endRow, toNs } = scene;
  const { duration, start, thread } = trace.columns;
  const SYNC = 1;
  const STORE = 2;
  const nature = Uint8Array.from(places.contextOf, (context) => {
    const { call, kind } = places.symbols[places.contexts.symbol[context]!]!;
    if (SYNCS.test(call)) return SYNC;
    return STORES.test(call) && (kind === 'file' || kind === 'directory') ? STORE : 0;
  });
  const counts = folded(countPlaces(places, firstRow, endRow), Int32Array.from(nature), 3);
  const syncs = new Series(counts[SYNC]! + 1);
  const stores = new Series(counts[STORE]! + 1);
  inBlocks(firstRow, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const n = nature[places.ofRow[i]!]!;
      if (n !== 0) (n === SYNC ? syncs : stores).add(start[i]!, Math.min(duration[i]!, toNs - start[i]!), thread[i]!);
    }
  });
  for (const series of [syncs, stores]) {
    const slower = series.slower(scene, factor);
    if (slower !== null && series.share(trace.threads.length, scene, slower.atNs) >= HARMFUL)
      return { resource: 'disk', reason: reason('slow-disk', slower) };
    const stuck = series.stuck(scene, factor);
    if (stuck !== null) return { resource: 'disk', reason: reason('slow-disk', stuck) };
  }
  return null;
}
