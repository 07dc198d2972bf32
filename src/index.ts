/**
 * perfscope as a library. It never prints and never ends the process; every run takes an AbortSignal and tells its progress.
 *
 *     import { learn, analyzeIncident } from 'perfscope';
 *     const { signatures } = await learn(['profile-1.strace-k.gz']);
 *     const result = await analyzeIncident('incident.strace.gz', { signatures, window: '5m' });
 *     console.log(result.verdict, result.suspects[0]?.function);
 */
export { batch, type BatchOptions, type BatchProgress } from './batch/batch.js';
export { work, type WorkOptions, type WorkSummary } from './batch/queue/worker.js';
export { mergeFolders } from './batch/merge.js';
export type { BatchSummary } from './batch/summary.js';
export { analyzeIncident, type AnalyzeOptions, type TraceOptions } from './coordinator/analyze.js';
export {
  compareEvaluations,
  compareResults,
  type ComparedPart,
  type ComparedWindow,
  type ComparedWindows,
  type Comparison,
  type Move,
} from './coordinator/compare.js';
export { type CompareOptions, compareTraces } from './coordinator/compare-traces.js';
export { inspect, type InspectOptions, type Inspection } from './coordinator/inspect.js';
export { learn, type LearnOutcome, type LearnRunOptions } from './coordinator/learn.js';
export { DEFAULT_METHOD, METHODS } from './methods/registry.js';
export type { Progress, RunOptions } from './coordinator/run.js';
export { PerfscopeError, type ErrorCode, type Place } from './errors.js';
export { evaluate, type EvaluateOptions } from './evaluate/evaluate.js';
export type { Difference, Interval } from './evaluate/bootstrap.js';
export type {
  CaseRow,
  Evaluation,
  MethodComparison,
  MethodEvaluation,
  RankMetrics,
  Summary,
} from './evaluate/evaluation.js';
export { DEFAULT_PARAMETERS, PARAMETERS, type ParameterName, type Parameters } from './parameters.js';
export {
  type Ring,
  type RingOptions,
  type RingStatus,
  type Snapshot,
  startRing,
  type Target,
} from './record/recorder.js';
export { type Baseline, baselineDiff, baselineText, parseBaseline } from './regress/baseline.js';
export { DEFAULT_LIMITS, type GateLimits, type GateResult } from './regress/gates.js';
export { appendHistory, historyEntry, type HistoryEntry, readHistory } from './regress/history.js';
export { type RegressOptions, type RegressOutcome, regress } from './regress/regress.js';
export type { Regression } from './regress/regression.js';
export { type RunCase, runCaseInProcess } from './regress/run-case.js';
export { sentence } from './report/messages.js';
export { RESULT_FILES, RESULT_REPORTERS } from './report/registry.js';
export type * from './result.js';
export type { SignatureDatabase } from './signatures/database.js';
export { readSignatures, writeSignatures } from './signatures/file.js';
