/**
 * The differential flame graph: boxes that are elements of the page, so that they can be read out, reached by keyboard and coloured by the
 * style sheet. (d3-flame-graph draws SVG that is none of it, and puts tooltips on the page as markup.)
 */
import type { Weight } from '../../../stacks/stack-profile.js';
import { grouped } from '../../text.js';
import { SURE, WEIGHTS, type FlameTree } from '../flame.js';
import { type Child, h, name, section } from './dom.js';
import { type Frame, type Part, callersOf, changeOf, framesBelow, matched, search } from './flame-layout.js';
import { flameTable } from './flame-table.js';

const ROW = 21;
const TITLES: Readonly<Record<Weight, string>> = {
  callTime: 'Time in calls',
  gapTime: 'Time between calls',
  calls: 'Number of calls',
};
const percent = (share: number) => `${Math.round(share * 100)} %`;

/** What an amount is in words: threads are inside of 0.8 calls at a time, or 120 calls a second. */
export function amountText(weight: Weight, amount: number): string {
  const digits = amount >= 100 ? 0 : amount >= 10 ? 1 : 2;
  const figure = amount > 0 && amount < 0.005 ? '<0.01' : grouped(Number(amount.toFixed(digits)));
  return weight === 'calls' ? `${figure} calls a second` : `${figure} threads at a time`;
}

export function flameSection(
  tree: FlameTree,
  suspects: readonly string[],
  title = 'Flame graph, before against after the onset',
): HTMLElement {
  const graph = new FlameGraph(tree, suspects);
  return section(
    'flame',
    title,
    howSure(tree),
    graph.element,
    h('details', {}, h('summary', {}, 'The same as a table'), flameTable(tree)),
  );
}

/** How far to trust it. */
function howSure({ source, sure, seconds, left }: FlameTree): Child {
  const texts =
    source === 'recorded'
      ? ['The stacks are the trace’s own.']
      : [
          `The trace has no stacks: each call was put onto those on which learning saw calls like it, amid calls like its neighbours. ${percent(sure)} of the calls lie on stacks held to be at least ${percent(SURE)} certain.`,
          'Where the real stacks are known, the innermost function was right for almost all calls, and the whole stack for more than four of five in half of the incidents, but for two of five in the worst. Calls of an incident that does what learning never saw lie where the like of them was learned. So this is a map of where to look, and proves no call path (docs/exports.md has the measurements).',
        ];
  if (seconds.before <= 0) texts.push('The window begins with the onset, so there is nothing to compare with.');
  if (left > 0) texts.push(`${grouped(left)} small frames are left out.`);
  return texts.map((text) => h('p', { class: 'help' }, text));
}

class FlameGraph {
  readonly element: HTMLElement;
  private readonly boxes = h('div', { class: 'flame', role: 'tree', 'aria-label': 'Frames, the outermost first' });
  private readonly reading = h('p', { class: 'reading flame-reading', 'aria-live': 'polite' }, ' ');
  private readonly found = h('output', { class: 'found' });
  private readonly choices = new Map<string, HTMLButtonElement>();
  private weight: Weight;
  private part: Part = 'after';
  private top = 0;
  private current = 0;
  private matches = new Set<number>();
  private frames: readonly Frame[] = [];
  private drawn = new Map<number, HTMLElement>();

  constructor(
    private readonly tree: FlameTree,
    private readonly suspects: readonly string[],
  ) {
    this.weight = tree.first;
    const input = h('input', {
      type: 'search',
      class: 'search',
      placeholder: 'function or call',
      'aria-label': 'Search frames',
    });
    input.addEventListener('input', () => this.find(input.value));
    this.element = h(
      'div',
      {},
      h(
        'div',
        { class: 'toolbar', role: 'group', 'aria-label': 'What the flame graph shows' },
        WEIGHTS.map((w) => this.choice(w, TITLES[w], () => (this.weight = w))),
        h('span', { class: 'muted' }, 'wide by'),
        (['before', 'after'] as const).map((p) => this.choice(p, p, () => (this.part = p))),
        h('button', { type: 'button', click: () => this.zoom(0) }, 'Whole graph'),
        input,
        this.found,
      ),
      this.key(),
      this.reading,
      this.boxes,
    );
    this.boxes.addEventListener('keydown', (event) => this.pressed(event));
    this.draw();
  }

  private choice(id: string, title: string, choose: () => void): HTMLButtonElement {
    const press = () => {
      choose();
      this.draw();
      this.tellMatches();
    };
    const button = h('button', { type: 'button', click: press }, title);
    this.choices.set(id, button);
    return button;
  }

  private key(): HTMLElement {
    return h(
      'ul',
      { class: 'key' },
      h('li', {}, h('span', { class: 'swatch more-3' }), 'more than before'),
      h('li', {}, h('span', { class: 'swatch same' }), 'as before'),
      h('li', {}, h('span', { class: 'swatch less-3' }), 'less'),
      this.suspects.length > 0 && h('li', {}, h('span', { class: 'swatch suspected' }), 'suspected'),
      h('li', { class: 'muted' }, 'Click or Enter: zoom; arrows: move; Escape: back'),
    );
  }

  private draw(): void {
    const { tree, weight, part, top } = this;
    for (const [id, button] of this.choices) button.setAttribute('aria-pressed', String(id === weight || id === part));
    this.frames = framesBelow(tree, top, weight, part);
    if (!this.frames.some((f) => f.node === this.current)) this.current = top;
    const callers = new Set(callersOf(tree, top));
    this.drawn = new Map(this.frames.map((f) => [f.node, this.box(f, callers)]));
    this.boxes.replaceChildren(...this.drawn.values());
    this.boxes.style.height = `${ROW * (1 + Math.max(...this.frames.map((f) => f.row)))}px`;
  }

  private box({ node, row, left, width }: Frame, callers: ReadonlySet<number>): HTMLElement {
    const { tree } = this;
    const text = tree.names[tree.name[node]!]!;
    const change = changeOf(tree, node, this.weight);
    const classes = [
      'frame',
      tree.seconds.before > 0 ? shade(change) : 'same',
      callers.has(node) && node !== this.top ? 'caller' : '',
      this.suspects.includes(text) ? 'suspected' : '',
      this.matches.has(node) ? 'match' : '',
    ];
    const element = h(
      'div',
      {
        role: 'treeitem',
        class: classes.filter(Boolean).join(' '),
        tabindex: node === this.current ? 0 : -1,
        'aria-level': row + 1,
        'aria-label': this.words(node),
        click: () => this.zoom(node),
        focus: () => this.look(node),
        mouseenter: () => this.say(node),
      },
      name(text),
    );
    element.style.left = `${100 * left}%`;
    element.style.width = `${100 * width}%`;
    element.style.top = `${ROW * row}px`;
    return element;
  }

  private words(node: number): string {
    const { tree, weight } = this;
    const { before, after } = tree.amounts[weight];
    const [a, b] = [before[node]!, after[node]!];
    const compared =
      tree.seconds.before > 0
        ? `${amountText(weight, a)} before, ${amountText(weight, b)} after`
        : amountText(weight, b);
    const whole = tree.amounts[weight][this.part][0]!;
    const share = whole > 0 ? `, ${percent(tree.amounts[weight][this.part][node]! / whole)} of all ${this.part}` : '';
    const sure = tree.source === 'decoded' && node > 0 ? `; its stacks ${percent(tree.certainty[node]!)} certain` : '';
    return `${tree.names[tree.name[node]!]!}: ${compared}${share}${sure}`;
  }

  private say(node: number): void {
    this.reading.textContent = this.words(node);
  }

  private look(node: number): void {
    this.drawn.get(this.current)?.setAttribute('tabindex', '-1');
    this.current = node;
    this.drawn.get(node)?.setAttribute('tabindex', '0');
    this.say(node);
  }

  private zoom(node: number): void {
    const focused = this.boxes.contains(document.activeElement);
    this.top = node;
    this.current = node;
    this.draw();
    this.say(node);
    if (focused) this.drawn.get(node)?.focus();
  }

  private find(text: string): void {
    this.matches = search(this.tree, text);
    this.draw();
    this.tellMatches(text.trim() !== '');
  }

  private tellMatches(asked = this.matches.size > 0): void {
    if (!asked) {
      this.found.textContent = '';
      return;
    }
    const { tree, weight, matches } = this;
    const sum = matched(tree, matches, weight);
    const share = (p: Part) => {
      const whole = tree.amounts[weight][p][0]!;
      return whole > 0 ? percent(sum[p] / whole) : '0 %';
    };
    const shares = tree.seconds.before > 0 ? `${share('before')} before, ${share('after')} after` : share('after');
    this.found.textContent = matches.size === 0 ? 'no frame matches' : `${matches.size} frames match: ${shares}`;
  }

  private pressed(event: KeyboardEvent): void {
    const go = this.neighbour(event.key);
    if (go !== null) this.drawn.get(go)?.focus();
    else if (event.key === 'Enter' || event.key === ' ') this.zoom(this.current);
    else if (event.key === 'Escape') this.zoom(0);
    else return;
    event.preventDefault();
  }

  /** The frame that an arrow leads to: up to the caller, down to the widest callee, left and right in the row. */
  private neighbour(key: string): number | null {
    const { tree, frames, current } = this;
    const here = frames.find((f) => f.node === current);
    if (here === undefined) return null;
    if (key === 'ArrowUp') return Math.max(0, tree.parent[current]!);
    if (key === 'ArrowDown') {
      const under = frames.filter((f) => tree.parent[f.node] === current);
      return under.sort((a, b) => b.width - a.width)[0]?.node ?? current;
    }
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null;
    const row = frames.filter((f) => f.row === here.row).sort((a, b) => a.left - b.left);
    const at = row.indexOf(here) + (key === 'ArrowLeft' ? -1 : 1);
    return (row[at] ?? here).node;
  }
}

/** Classes of the style sheet, in three steps to either side. */
function shade(change: number): string {
  const step = Math.abs(change) < 0.1 ? 0 : Math.abs(change) < 0.34 ? 1 : Math.abs(change) < 0.7 ? 2 : 3;
  return step === 0 ? 'same' : `${change > 0 ? 'more' : 'less'}-${step}`;
}
