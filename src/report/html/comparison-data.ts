/** What the page of a comparison shows; comparison-page.ts makes it, and the client (client/comparison.ts) lays it out. */
import type { FlameTree } from './flame.js';

export interface ComparisonData {
  readonly title: string;
  /** Colour of the head: as of the second one's verdict. */
  readonly mood: 'bug' | 'external' | 'none';
  readonly lines: readonly string[];
  readonly sides: readonly (readonly [heading: string, text: string])[];
  readonly header: readonly string[];
  readonly parts: readonly { readonly title: string; readonly rows: readonly (readonly string[])[] }[];
  /** Null: the documents do not tell. */
  readonly kinds: readonly PageKind[] | null;
  readonly fresh: readonly string[];
  readonly gone: readonly string[];
  readonly flame: FlameTree | null;
  readonly suspects: readonly string[];
  readonly notes: readonly string[];
  readonly madeBy: string;
}

export interface PageKind {
  readonly name: string;
  readonly state: 'new' | 'gone' | 'changed';
  readonly before: PageFigures;
  readonly after: PageFigures;
  readonly rate: PageRatio | null;
  readonly length: PageRatio | null;
  readonly issued: PageRatio | null;
}

export interface PageRatio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly text: string;
  /** It surely changed, and by more than a little. */
  readonly far: boolean;
}

/** As KindFigures of work/compared.ts. */
export interface PageFigures {
  readonly units: number;
  readonly perSecond: number;
  readonly meanSeconds: number | null;
  readonly meanCalls: number | null;
  readonly threads: number | null;
}
