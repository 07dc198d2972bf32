/**
 * The contract of a reporter: a document in, text out. It reads nothing but the document, prints nothing, and knows of
 * the terminal only its width and whether it takes colour.
 */
import type { Section } from '../result.js';

export interface RenderContext {
  /** Columns of the terminal; 80 when there is none. */
  readonly width: number;
  readonly color: boolean;
}

export interface Reporter<Document> {
  readonly id: string;
  /** What it is for, a few words; `--help` shows it. */
  readonly what: string;
  /** Usual ending of its files, without the dot. */
  readonly extension: string;
  /** Sections of the result that it draws: the analysis makes them where such a report is asked for. */
  readonly needs?: readonly Section[];
  render(document: Document, context: RenderContext): string;
}

/** A reporter whose reports are bytes, and so go to files alone. What it needs for that it loads itself: few runs ask for it. */
export interface FileReporter<Document> extends Omit<Reporter<Document>, 'render'> {
  bytes(document: Document): Promise<Uint8Array>;
}

export const PLAIN: RenderContext = { width: 80, color: false };
