/**
 * A page of charts over time and of tables, as data: what the pages of a batch and of nightly runs are made of. The client
 * (client/plain.ts) lays it out and adds nothing to what it says.
 */
export interface PlainPage {
  readonly title: string;
  /** Colour of the head: as of a verdict. */
  readonly mood: 'bug' | 'none' | 'external';
  readonly lines: readonly string[];
  readonly charts: readonly PlainChart[];
  readonly tables: readonly PlainTable[];
  readonly madeBy: string;
}

export interface PlainChart {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** Bars stand on each other and are as wide as a day; lines are what they are. */
  readonly kind: 'bars' | 'lines';
}

export interface PlainTable {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly numeric?: boolean; readonly extra?: boolean }[];
  readonly rows: readonly (readonly Cell[])[];
  /** A word about rows that are left out. */
  readonly more: string | null;
}

/** Text, a number, or the text of a link to a file beside the page. */
export type Cell = string | number | null | { readonly text: string; readonly file: string };

/** Files that a page may link to: names that results and their pages have, below the page's own folder. */
export const LINKED = /^(?:results\/[A-Za-z0-9=_-][A-Za-z0-9._=-]*\.json|pages\/[A-Za-z0-9=_-][A-Za-z0-9._=-]*\.html)$/;
