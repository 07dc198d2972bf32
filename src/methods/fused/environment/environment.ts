/**
 * Is it the environment? Calls of one nature that got slow everywhere, with their numbers not grown, speak for a slow disk; answers on
 * all connections that the program opened that come late, for the network (if opening a connection is slow too) or the
 * peer; threads that are ready to run and do not get the CPU, or return late even from calls that never wait, for its lack. Then no
 * function is to blame.
 */
import type { Finding } from '../finding.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';
import { starved } from './cpu.js';
import { slowDisk } from './disk.js';
import { HARMFUL, type Outside } from './outside.js';
import { slowAnswers } from './peer.js';
import { stalled } from './stalls.js';
import { waitsForOne } from './waits-for-one.js';

/** Calls beyond what the load explains are most of all: the program itself fills the CPU, and keeps its peers waiting. */
const MOST = 0.5;
/** Fewer than so many of the usual calls are no storm. */
const LEAST_STORM = 0.01;

export function environment(
  scene: Scene,
  cells: Cells,
  onsetNs: number,
  findings: readonly Finding[],
  slowFactor: number,
): Outside | null {
  const own = findings.some((f) => f.detector === 'rate' && f.share >= MOST);
  const older = findings.some((f) => f.detector === 'sluggish' && f.alarming);
  const cpu = own ? null : (starved(scene, onsetNs, older) ?? stalled(scene, onsetNs, older));
  if (cpu !== null) return cpu;
  // More calls than the load explains are the program's own doing, whatever they wait for.
  const disk = storms(scene, onsetNs, findings) ? null : slowDisk(scene, slowFactor);
  if (disk !== null) return disk;
  // A thread that does little else, or computes, reads its answers late, whenever they came.
  if (own || findings.some((f) => f.detector === 'busy' && f.alarming)) return null;
  const late = slowAnswers(scene, cells, onsetNs, slowFactor);
  return late !== null && waitsForOne(scene, onsetNs) >= HARMFUL ? null : late;
}

/** Whether alarmingly many calls are beyond what the load explains: of all, and, where a server stands still, of those that usually come in as much time. */
function storms(
  { trace, fromNs, toNs, firstRow, endRow }: Scene,
  onsetNs: number,
  findings: readonly Finding[],
): boolean {
  const rate = findings.find((f) => f.detector === 'rate');
  if (rate?.alarming !== true) return false;
  const onsetRow = Math.min(endRow, Math.max(firstRow, lowerBound(trace, onsetNs)));
  const usual = ((onsetRow - firstRow) / Math.max(1, onsetNs - fromNs)) * (toNs - onsetNs);
  return rate.share * (endRow - onsetRow) >= LEAST_STORM * usual;
}
