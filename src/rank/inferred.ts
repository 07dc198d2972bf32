/**
 * Suspects that learning never saw: functions that issued no call while the program was healthy, and so were on no stack. They
 * are looked for where a call came that never followed the one before it, or came after a long computation: on the shortest
 * ways (static-paths.ts), in the binary's call graph, from the function that issued the call before, else from its nearest caller
 * with a way, to the functions that the odd call is issued under, or to one that can issue that call itself.
 *
 * An inferred function has a share in the score of the suspect from which it is inferred: the part of its odd weight that leads
 * over the function, and of that, the part of the ways. One way: nearly the whole; ten: a tenth. Nothing is looked for beyond
 * where the two stacks meet, and a function that many others call explains as little as a learned one that has many callers.
 */
import type { CallGraph } from '../binary/call-graph.js';
import { issues } from '../binary/libc.js';
import type { Finding, Item } from '../detect/finding.js';
import type { Cells, Scene } from '../detect/scene.js';
import type { Parameters } from '../parameters.js';
import type { SignatureDatabase } from '../signatures/database.js';
import type { Blamed } from './blame.js';
import { type Ways, waysBetween } from './static-paths.js';

/** What is inferred stands below what it is inferred from, by more than the levels of the tree make out (blame.ts, INNER). */
const BELOW = 0.9;
/** Decoded functions with less probability are not followed: each costs a search. */
const LIKELY = 0.1;
/** Sentences of items that tell of a passage from one call to the next; the others are about one call alone. */
const PASSAGES = new Set(['never-before', 'busy-between']);

export interface Inferred {
  readonly name: string;
  readonly score: number;
  /** The suspect from which it is inferred. */
  readonly source: Blamed;
  /** Score by score of the source, 0..1. */
  readonly share: number;
  /** The passage that speaks most for it. */
  readonly item: Item;
  /** Its callers on such a way, innermost first. */
  readonly callPath: readonly string[];
  /** The function that the thread was in before, where the way begins. */
  readonly caller: string;
  /** Function that the odd call was decoded as issued under. */
  readonly issuer: string;
}

interface Passage {
  readonly from: number;
  readonly to: number;
  readonly item: Item;
  weight: number;
}

interface Trail {
  /** Odd weight that leads over the function, by source. */
  readonly bySource: Map<Blamed, number>;
  best: number;
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
  const search = new Search(graph, signatures, blamed);
  const trails = new Map<number, Trail>();
  for (const { from, to, item, weight } of passages(scene, cells, findings)) {
    const call = scene.trace.calls[scene.trace.columns.call[item.rows[0]!]!]!;
    const [before, after] = [cells.decode(from), cells.decode(to)];
    before.nodes.forEach((a, i) => {
      if (before.weights[i]! < LIKELY) return;
      after.nodes.forEach((b, j) => {
        if (after.weights[j]! < LIKELY) return;
        const found = search.between(a, b, call);
        if (found !== null) follow(trails, graph, found, item, weight * before.weights[i]! * after.weights[j]!);
      });
    });
  }
  const callers = callerCounts(graph);
  const suspects = [...trails].map(([f, { bySource, ...trail }]): Inferred => {
    let score = 0;
    let [source] = bySource.keys();
    for (const [blame, weight] of bySource) {
      const odd = findings.reduce((sum, { strength }, d) => sum + strength * blame.coverage[d]!, 0);
      score += Math.min(1, odd === 0 ? 0 : weight / odd) * blame.score;
      if (blame.score > source!.score) source = blame;
    }
    score = BELOW * Math.min(score, source!.score);
    score /= 1 + parameters.fanIn * Math.log2(Math.max(1, callers[f]!));
    return { name: graph.names[f]!, score, source: source!, share: score / source!.score, ...trail };
  });
  return suspects.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
}

interface Found {
  readonly ways: Ways;
  readonly source: Blamed;
  /** The function that the ways begin at, and its callers. */
  readonly callPath: readonly string[];
  readonly issuer: string;
}

function follow(trails: Map<number, Trail>, graph: CallGraph, found: Found, item: Item, weight: number): void {
  const { ways, source, callPath, issuer } = found;
  for (const [f, share] of ways.shares) {
    const carried = weight * share;
    let trail = trails.get(f);
    if (trail === undefined)
      trails.set(f, (trail = { bySource: new Map(), best: 0, item, callPath, caller: '', issuer }));
    trail.bySource.set(source, (trail.bySource.get(source) ?? 0) + carried);
    if (carried <= trail.best) continue;
    const at = ways.example.indexOf(f);
    const above = ways.example.slice(0, Math.max(0, at)).map((g) => graph.names[g]!);
    trail.best = carried;
    trail.item = item;
    trail.callPath = [...above.reverse(), ...callPath];
    trail.caller = callPath[0]!;
    trail.issuer = issuer;
  }
}

/** Odd passages, folded by the cells of both calls; weights are shares of what the detectors have to say. */
function passages(scene: Scene, cells: Cells, findings: readonly Finding[]): Passage[] {
  const { order, offsets } = scene.rows;
  const previous = new Int32Array(scene.endRow).fill(-1);
  for (let t = 0; t + 1 < offsets.length; t++)
    for (let j = offsets[t]! + 1; j < offsets[t + 1]!; j++)
      if (order[j]! < scene.endRow) previous[order[j]!] = order[j - 1]!;
  const found: Passage[] = [];
  for (const { items, strength } of findings) {
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
        if (passage === undefined) folded.set(key, (passage = { from, to, item, weight: 0 }));
        passage.weight += (strength * item.weight) / total / item.rows.length;
      }
      found.push(...folded.values());
    }
  }
  return found;
}

/** Ways between nodes of the learned tree; each question is answered once. */
class Search {
  private readonly nodes: SignatureDatabase['model']['nodes'];
  private readonly inGraph: Int32Array;
  private readonly seen: Uint8Array;
  private readonly ofFunction = new Map<number, Blamed>();
  private readonly done = new Map<string, Found | null>();
  private readonly issuing = new Map<string, Issuing>();

  constructor(
    private readonly graph: CallGraph,
    private readonly signatures: SignatureDatabase,
    blamed: readonly Blamed[],
  ) {
    const number = new Map(graph.names.map((name, i) => [name, i]));
    this.nodes = signatures.model.nodes;
    this.inGraph = Int32Array.from(signatures.functions, (f) => number.get(f.name) ?? -1);
    this.seen = new Uint8Array(graph.names.length);
    for (const f of this.inGraph) if (f >= 0) this.seen[f] = 1;
    for (const b of blamed) this.ofFunction.set(b.fn, b);
  }

  between(a: number, b: number, call: string): Found | null {
    const key = `${a} ${b} ${call}`;
    let found = this.done.get(key);
    if (found === undefined) this.done.set(key, (found = this.search(a, b, call)));
    return found;
  }

  /** From `a` upwards, to where its stack meets that of `b` but at least to its caller: the first with a way. */
  private search(a: number, b: number, call: string): Found | null {
    const { wrappers, issuers } = this.issuersOf(call);
    const below = this.stack(b);
    let meeting = 0;
    for (let n = a, level = 0; n > 0; n = this.nodes[n]![0], level++) {
      if (meeting > 0 && level > 1) return null;
      // Below the meeting point are the functions that were entered since.
      const at = below.indexOf(n);
      if (at >= 0) meeting = n;
      const [entered, known] = [at >= 0 ? below.slice(0, at) : this.notAbove(below, n), this.functionOf(n)];
      const start = this.inGraph[known]!;
      if (start < 0) continue;
      const ends = new Set(entered.map((m) => this.inGraph[this.functionOf(m)]!));
      const ways = waysBetween(
        this.graph,
        start,
        (f) => this.seen[f] === 0 && wrappers[f] === 0,
        (f) => ends.has(f),
        (f) => issuers[f] === 1,
      );
      if (ways === null) continue;
      const source = this.worst([known, ...entered.map((m) => this.functionOf(m))]);
      if (source === undefined) return null;
      const callPath = this.stack(n).map((m) => this.signatures.functions[this.functionOf(m)]!.name);
      return { ways, source, callPath, issuer: this.signatures.functions[this.functionOf(b)]!.name };
    }
    return null;
  }

  /** Those of the nodes that are not also above `node`. */
  private notAbove(nodes: readonly number[], node: number): readonly number[] {
    const stack = this.stack(node);
    const meeting = nodes.findIndex((n) => stack.includes(n));
    return meeting < 0 ? nodes : nodes.slice(0, meeting);
  }

  private worst(functions: readonly number[]): Blamed | undefined {
    let worst: Blamed | undefined;
    for (const f of functions) {
      const b = this.ofFunction.get(f);
      if (b !== undefined && (worst === undefined || b.score > worst.score)) worst = b;
    }
    return worst;
  }

  private functionOf(node: number): number {
    return this.nodes[node]![1];
  }

  /** The node and its callers, innermost first. */
  private stack(node: number): number[] {
    const found: number[] = [];
    for (let n = node; n > 0; n = this.nodes[n]![0]) found.push(n);
    return found;
  }

  private issuersOf(call: string): Issuing {
    let known = this.issuing.get(call);
    if (known !== undefined) return known;
    const { names, imports, offsets, callees, importOffsets, importCallees } = this.graph;
    const does = issues(call);
    // A static binary holds the C library's functions itself.
    const wrappers = Uint8Array.from(names, (name, f) => (this.seen[f] === 0 && does(name) ? 1 : 0));
    const imported = imports.map(does);
    const issuers = Uint8Array.from(names, (_, f) =>
      importCallees.subarray(importOffsets[f]!, importOffsets[f + 1]!).some((i) => imported[i]!) ||
      callees.subarray(offsets[f]!, offsets[f + 1]!).some((c) => wrappers[c] === 1)
        ? 1
        : 0,
    );
    this.issuing.set(call, (known = { wrappers, issuers }));
    return known;
  }
}

interface Issuing {
  /** Per function of the graph: 1 for the C library's own, linked in. */
  readonly wrappers: Uint8Array;
  /** 1 for those that call what issues the call. */
  readonly issuers: Uint8Array;
}

function callerCounts(graph: CallGraph): Uint32Array {
  const counts = new Uint32Array(graph.names.length);
  for (const callee of graph.callees) counts[callee]!++;
  return counts;
}
