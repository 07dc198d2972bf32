/**
 * Suspects that learning never saw: functions that issued no call while the program was healthy, and so were on no stack. They
 * are looked for where a call came that never followed the one before it, or came after a long computation: on the shortest
 * ways (static-paths.ts), in the binary's call graph, from the function that issued the call before, else from its nearest caller
 * with a way, to the functions that the odd call is issued under, or to one that can issue that call itself.
 *
 * An inferred function has a share in the score of the suspect from which it is inferred: the part of its odd weight that leads
 * over the function, and of that, the part of the ways. One way: nearly the whole; ten: a tenth. A call that learning never saw
 * is under no function; what leads to it has the score that blame.ts would give for so much odd weight. Nothing is looked for
 * beyond where the two stacks meet, and a function that many others call explains as little as a learned one with many callers.
 */
import type { CallGraph } from '../../../binary/call-graph.js';
import { CALL, grainsOf } from '../../../context/symbols.js';
import type { Finding, Item } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';
import type { Parameters } from '../../../parameters.js';
import type { SignatureDatabase } from '../../../signatures/database.js';
import type { Blamed } from './blame.js';
import { type Found, WaySearch } from './way-search.js';

/** What is inferred stands below what it is inferred from, by more than the levels of the tree make out (blame.ts, INNER). */
const BELOW = 0.9;
/** Decoded functions with less probability are not followed: each costs a search. */
const LIKELY = 0.1;
/** Sentences of items that tell of a passage from one call to the next; the others are about one call alone. */
const PASSAGES = new Set(['never-before', 'busy-between']);

export interface Inferred {
  readonly name: string;
  readonly score: number;
  /** The suspect with the highest score from which it is inferred; null: none, the odd calls are under no learned function. */
  readonly source: Blamed | null;
  /** Part of all that is odd that leads over it, 0..1. */
  readonly coverage: number;
  readonly detector: string;
  /** The passage that speaks most for it. */
  readonly item: Item;
  /** Its callers on such a way, innermost first. */
  readonly callPath: readonly string[];
  /** The function that the thread was in before, where the way begins. */
  readonly caller: string;
  /** Function that the odd call was decoded as issued under; '' for a call that learning never saw. */
  readonly issuer: string;
}

interface Passage {
  readonly from: number;
  readonly to: number;
  readonly item: Item;
  readonly detector: string;
  weight: number;
}

interface Trail {
  /** Odd weight that leads over the function, by source. */
  readonly bySource: Map<Blamed | null, number>;
  best: number;
  detector: string;
  item: Item;
  callPath: readonly string[];
  caller: string;
  issuer: string;
}

/** Functions of the binary that join the suspects, worst first. */
export function inferred(
  graph: CallGraph,
  scene: Scene,
  cells: Cells,
  signatures: SignatureDatabase,
  findings: readonly Finding[],
  blamed: readonly Blamed[],
  parameters: Parameters,
): Inferred[] {
  const search = new WaySearch(graph, signatures, blamed);
  const trails = new Map<number, Trail>();
  const learned = learnedCells(scene, cells);
  for (const passage of passages(scene, cells, findings, learned)) {
    const { from, to, item, weight } = passage;
    const call = scene.trace.calls[scene.trace.columns.call[item.rows[0]!]!]!;
    const [before, after] = [cells.decode(from), cells.decode(to)];
    before.nodes.forEach((a, i) => {
      if (before.weights[i]! < LIKELY) return;
      const into = (b: number, probability: number) => {
        const found = probability < LIKELY ? null : search.between(a, b, call);
        if (found !== null) follow(trails, graph, found, passage, weight * before.weights[i]! * probability);
      };
      if (!learned[to]) into(0, 1);
      else after.nodes.forEach((b, j) => into(b, after.weights[j]!));
    });
  }
  const callers = callerCounts(graph);
  const suspects = [...trails].map(([f, { bySource, ...trail }]): Inferred => {
    const damping = 1 + parameters.fanIn * Math.log2(Math.max(1, callers[f]!));
    const score = scoreOf(bySource, findings, parameters) / damping;
    return { name: graph.names[f]!, score, ...trail, source: worstOf(bySource), coverage: covered(bySource, findings) };
  });
  return suspects.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
}

/** At most BELOW times the highest score of a source, save for what has none. */
function scoreOf(bySource: Trail['bySource'], findings: readonly Finding[], parameters: Parameters): number {
  let score = 0;
  for (const [source, weight] of bySource) {
    if (source === null) continue;
    const odd = findings.reduce((sum, { strength }, d) => sum + strength * source.coverage[d]!, 0);
    score += Math.min(1, odd === 0 ? 0 : weight / odd) * source.score;
  }
  const own = bySource.get(null) ?? 0;
  const alone = own > parameters.rareShare ? own * Math.log(own / parameters.rareShare) : 0;
  return BELOW * (Math.min(score, worstOf(bySource)?.score ?? 0) + alone);
}

function worstOf(bySource: Trail['bySource']): Blamed | null {
  let worst: Blamed | null = null;
  for (const source of bySource.keys())
    if (source !== null && (worst === null || source.score > worst.score)) worst = source;
  return worst;
}

function covered(bySource: Trail['bySource'], findings: readonly Finding[]): number {
  const strength = findings.reduce((sum, f) => sum + f.strength, 0);
  return [...bySource.values()].reduce((sum, weight) => sum + weight, 0) / strength;
}

function follow(
  trails: Map<number, Trail>,
  graph: CallGraph,
  found: Found,
  { item, detector }: Passage,
  weight: number,
): void {
  const { ways, source, callPath, issuer } = found;
  for (const [f, share] of ways.shares) {
    const carried = weight * share;
    let trail = trails.get(f);
    if (trail === undefined)
      trails.set(f, (trail = { bySource: new Map(), best: 0, item, detector, callPath, caller: '', issuer }));
    trail.bySource.set(source, (trail.bySource.get(source) ?? 0) + carried);
    if (carried <= trail.best) continue;
    const at = ways.example.indexOf(f);
    const above = ways.example.slice(0, Math.max(0, at)).map((g) => graph.names[g]!);
    trail.best = carried;
    trail.item = item;
    trail.detector = detector;
    trail.callPath = [...above.reverse(), ...callPath];
    trail.caller = callPath[0]!;
    trail.issuer = issuer;
  }
}

/** Per cell: whether learning saw its call anywhere. Where not, decoding knows only the thread's own functions. */
function learnedCells({ decoder, places }: Scene, cells: Cells): boolean[] {
  const known = places.symbols.map((symbol) => decoder.texts[CALL]!.has(grainsOf(symbol)[CALL]!));
  return Array.from(cells.context, (context) => known[places.contexts.symbol[context]!]!);
}

/**
 * Odd passages, folded by the cells of both calls; weights are shares of what the detectors have to say. Where the call before is
 * one that learning never saw, the passage began at the last call that it did see.
 */
function passages(scene: Scene, cells: Cells, findings: readonly Finding[], learned: readonly boolean[]): Passage[] {
  const { thread } = scene.trace.columns;
  const previous = new Int32Array(scene.endRow);
  const known = new Int32Array(scene.trace.threads.length).fill(-1);
  for (let i = 0; i < scene.endRow; i++) {
    const t = thread[i]!;
    previous[i] = known[t]!;
    if (learned[cells.ofRow[i]!]!) known[t] = i;
  }
  const found: Passage[] = [];
  for (const { items, strength, detector } of findings) {
    const total = items.reduce((sum, item) => sum + item.weight, 0);
    for (const item of items) {
      if (!PASSAGES.has(item.code)) continue;
      const folded = new Map<number, Passage>();
      for (const row of item.rows) {
        const before = previous[row]!;
        if (before < 0) continue;
        const [from, to] = [cells.ofRow[before]!, cells.ofRow[row]!];
        const key = from * cells.size + to;
        let passage = folded.get(key);
        if (passage === undefined) folded.set(key, (passage = { from, to, item, detector, weight: 0 }));
        passage.weight += (strength * item.weight) / total / item.rows.length;
      }
      found.push(...folded.values());
    }
  }
  return found;
}

function callerCounts(graph: CallGraph): Uint32Array {
  const counts = new Uint32Array(graph.names.length);
  for (const callee of graph.callees) counts[callee]!++;
  return counts;
}
