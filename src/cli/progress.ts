/** One line on a terminal that says how far the run is. Redrawn in place, at most ten times a second. */
import type { Progress } from '../coordinator/run.js';
import { bar, grouped } from '../report/text.js';
import { visible } from '../lib/visible.js';

const REDRAW_MS = 100;
const BAR_CELLS = 20;
const CLEAR_LINE = '\r\u001b[2K';

const WORDS: Readonly<Record<string, string>> = {
  read: 'reading',
  learn: 'learning',
  analyze: 'analysing',
  evaluate: 'evaluating',
  batch: 'batch',
  work: 'working',
};

/** On a terminal, and not in a CI job, whose log would keep every state of it. */
export function canShowProgress(): boolean {
  return process.stderr.isTTY && (process.env.CI ?? '') === '';
}

export class ProgressLine {
  private shown = false;
  private stage = '';
  private last = 0;

  constructor(private readonly stream: NodeJS.WriteStream | null) {}

  update(p: Progress): void {
    if (this.stream === null) return;
    const now = performance.now();
    if (p.stage === this.stage && now - this.last < REDRAW_MS) return;
    this.stage = p.stage;
    this.last = now;
    this.stream.write(CLEAR_LINE + visible(line(p)).slice(0, Math.max(10, this.stream.columns - 1)));
    this.shown = true;
  }

  clear(): void {
    if (!this.shown) return;
    this.stream?.write(CLEAR_LINE);
    this.shown = false;
  }
}

function line(p: Progress): string {
  const word = (WORDS[p.stage] ?? p.stage).padEnd(11);
  if (p.total === null || p.total === 0)
    return p.note !== undefined || p.done > 0 ? `${word}${p.note ?? grouped(p.done)}` : `${word}...`;
  const share = Math.min(1, p.done / p.total);
  return `${word}${bar(share, BAR_CELLS)} ${Math.floor(share * 100)} %${p.note === undefined ? '' : `  ${p.note}`}`;
}
