/** The frames of the flame graph as a table: those that changed most first. */
import type { Weight } from '../../../stacks/stack-profile.js';
import { grouped } from '../../text.js';
import type { FlameTree } from '../flame.js';
import { name } from './dom.js';
import { callersOf } from './flame-layout.js';
import { sortableTable } from './table.js';

const ROWS = 60;
const CALLERS = 6;

export function flameTable(tree: FlameTree): HTMLElement {
  const rows = tree.name.map((_, node) => node).slice(1);
  const moved = (node: number) => {
    const shares = Object.values(tree.amounts).map(({ before, after }) => {
      const whole = before[0]! + after[0]!;
      return whole > 0 ? Math.abs(after[node]! - before[node]!) / whole : 0;
    });
    return Math.max(...shares);
  };
  const nameOf = (node: number) => tree.names[tree.name[node]!]!;
  const callers = (node: number) => callersOf(tree, node).slice(1, -1).slice(-CALLERS).map(nameOf).join(' > ');
  const figure = (title: string, weight: Weight, part: 'before' | 'after') => ({
    title,
    numeric: true,
    value: (node: number) => tree.amounts[weight][part][node]!,
    show: (node: number) => grouped(Number(tree.amounts[weight][part][node]!.toPrecision(3))),
  });
  const compared = tree.seconds.before > 0;
  const columns = (weight: Weight, unit: string) => [
    ...(compared ? [figure(`${unit} before`, weight, 'before')] : []),
    figure(compared ? 'after' : unit, weight, 'after'),
  ];
  return sortableTable(
    'Frames that changed most',
    [
      { title: 'function or call', value: nameOf, show: (node: number) => name(nameOf(node)) },
      { title: 'called by', extra: true, value: callers, show: (node: number) => name(callers(node)) },
      ...columns('callTime', 'threads in calls'),
      ...columns('gapTime', 'threads between calls'),
      ...columns('calls', 'calls a second'),
      ...(tree.source === 'decoded'
        ? [
            {
              title: 'certain',
              numeric: true,
              value: (node: number) => tree.certainty[node]!,
              show: (node: number) => `${Math.round(100 * tree.certainty[node]!)} %`,
            },
          ]
        : []),
    ],
    [...rows].sort((a, b) => moved(b) - moved(a)).slice(0, ROWS),
  );
}
