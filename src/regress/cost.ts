/** What one case costs, in processor time and memory, as multiples of the calibration in the same process. */
import { peakMemoryBytes } from '../coordinator/run.js';
import type { CaseAnalysis, CaseOutcome, CaseTask } from '../evaluate/case-stage.js';
import { calibrate } from './calibration.js';

export interface Cost {
  /** Processor time by part (learn, read, each method), times that of the calibration. */
  readonly time: Readonly<Record<string, number>>;
  /** Largest resident memory of the process, times that of the process that has only calibrated. */
  readonly memory: number;
  /** The calibration itself: processor seconds, and bytes resident after it. Tells machines apart, decides nothing. */
  readonly calibration: { readonly seconds: number; readonly bytes: number };
}

export interface MeasuredCase {
  readonly outcome: CaseOutcome;
  /** Null when the process ended before it could tell. */
  readonly cost: Cost | null;
}

/** A part of a case that grew by less than this, times the calibration (0.2 s), says nothing: the same run varies as much. */
export const TIME_FLOOR = 0.5;

/**
 * Analyses a case and measures it. The process is to do nothing else meanwhile: processor time of all its threads counts
 * (decompression, garbage collection), waiting does not. Calibrates before and after, as a machine's speed drifts with
 * what else runs on it.
 */
export async function measureCase(task: CaseTask, analyse: CaseAnalysis, signal: AbortSignal): Promise<MeasuredCase> {
  // The first round also compiles the yardstick; it is not counted.
  calibrate();
  const before = calibrationSeconds();
  (globalThis as { gc?: () => void }).gc?.();
  const bytes = peakMemoryBytes();
  const spent: Record<string, number> = {};
  let last = cpuSeconds();
  const outcome = await analyse(task, signal, (part) => {
    const now = cpuSeconds();
    spent[part] = (spent[part] ?? 0) + now - last;
    last = now;
  });
  const memory = peakMemoryBytes() / bytes;
  const seconds = (before + calibrationSeconds()) / 2;
  const time = Object.fromEntries(Object.entries(spent).map(([part, s]) => [part, s / seconds]));
  return { outcome, cost: { time, memory, calibration: { seconds, bytes } } };
}

function calibrationSeconds(): number {
  const begun = cpuSeconds();
  calibrate();
  return cpuSeconds() - begun;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The least of several measurements of one case: whatever disturbs a run only adds to it. */
export function leastCost(costs: readonly Cost[]): Cost {
  const [first, ...rest] = costs;
  if (first === undefined) throw new RangeError('no costs');
  return rest.reduce<Cost>((least, cost) => {
    const parts = Object.keys(least.time).filter((part) => part in cost.time);
    return {
      time: Object.fromEntries(parts.map((part) => [part, Math.min(least.time[part]!, cost.time[part]!)])),
      memory: Math.min(least.memory, cost.memory),
      calibration: cost.calibration.seconds < least.calibration.seconds ? cost.calibration : least.calibration,
    };
  }, first);
}
