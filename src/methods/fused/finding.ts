/**
 * The contract of a detector: scene in, finding out. A finding says which calls are odd, where (cells, which blame.ts turns into
 * functions), how much, and how strongly it speaks for a defect. One file a detector; docs/architecture.md says how to add one.
 */
import type { Parameters } from '../../parameters.js';
import type { LongRows } from './detectors/long.js';
import type { Onset } from './scene/onset.js';
import type { Cells, Scene } from './scene/scene.js';
import type { Steps } from './scene/steps.js';

/** Oddness of one cell. */
export interface Mark {
  readonly cell: number;
  readonly weight: number;
  /** Blame the functions of the call's context, or those that its innermost function is known to call. */
  readonly on: 'context' | 'callees';
}

/** The same oddness as people should read it: one kind of call, what was seen and what was to be expected. */
export interface Item {
  /** Rows that show it (all, or the first thousand). */
  readonly rows: readonly number[];
  /** Symbols, in order. */
  readonly episode: readonly string[];
  /** Cells of these rows: their functions' suspects get the item as evidence. */
  readonly cells: readonly number[];
  readonly weight: number;
  readonly count: number;
  readonly expected: number;
  /** Code of the sentence (report/messages.ts) and its arguments besides those of every item. */
  readonly code: string;
  readonly args: Readonly<Record<string, string | number | boolean>>;
}

export interface Finding {
  readonly detector: string;
  /** What part of the window's calls, or of a thread's time, is odd: 0.05 = 5 %. */
  readonly share: number;
  /** 0..1: how much of a say the detector has in the ranking. */
  readonly strength: number;
  /** Whether it is told as a reason for the verdict, which is made of odds (verdict.ts says where alarms decide). */
  readonly alarming: boolean;
  readonly marks: readonly Mark[];
  readonly items: readonly Item[];
}

export interface DetectorInput {
  readonly parameters: Parameters;
  readonly scene: Scene;
  readonly cells: Cells;
  readonly onset: Onset;
  readonly long: LongRows;
  readonly steps: Steps;
}

export type Detector = (input: DetectorInput) => Finding;

/** Rows that an item keeps at most. */
export const ROWS_KEPT = 1000;
