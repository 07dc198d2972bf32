/** Differences between two methods, or before and after a change, in words that a reader of a table needs. */
import type { Difference } from '../evaluate/bootstrap.js';
import { COMPARED, type Differences } from '../evaluate/measures.js';

export const DIFFERENCE_HEADER = ['measure', 'difference', '95 %', 'better'];

const NAMES: Readonly<Record<(typeof COMPARED)[number], string>> = { top1: 'top-1', top5: 'top-5', mrr: 'MRR' };

/** A row a measure; none where there are too few servers. */
export function differenceRows(differences: Differences): string[][] {
  return COMPARED.flatMap((name) => {
    const d = differences[name];
    return d === null ? [] : [[NAMES[name], ...cells(d, name === 'mrr')]];
  });
}

function cells(d: Difference, isMean: boolean): string[] {
  const number = isMean ? (n: number) => signed(n, 3) : (n: number) => signed(n * 100, 1);
  const unit = isMean ? '' : ' %';
  return [
    `${number(d.difference)}${unit}`,
    `${number(d.low)} to ${number(d.high)}${unit}`,
    `${(d.better * 100).toFixed(0)} %`,
  ];
}

function signed(n: number, digits: number): string {
  const text = Math.abs(n).toFixed(digits);
  return `${Number(text) === 0 ? ' ' : n < 0 ? '-' : '+'}${text}`.trim();
}
