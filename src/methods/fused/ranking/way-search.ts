/** From one learned calling context to another: where in the binary's call graph there are ways over functions never seen. */
import type { CallGraph } from '../../../binary/call-graph.js';
import { issues } from '../../../binary/libc.js';
import type { SignatureDatabase } from '../../../signatures/database.js';
import type { Blamed } from './blame.js';
import { type Ways, waysBetween } from './static-paths.js';

export interface Found {
  readonly ways: Ways;
  readonly source: Blamed | null;
  /** The function that the ways begin at, and its callers. */
  readonly callPath: readonly string[];
  readonly issuer: string;
}

/** Ways between nodes of the learned tree; each question is answered once. */
export class WaySearch {
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
      const source = b === 0 ? null : this.worst([known, ...entered.map((m) => this.functionOf(m))]);
      if (source === undefined) return null;
      const callPath = this.stack(n).map((m) => this.signatures.functions[this.functionOf(m)]!.name);
      return { ways, source, callPath, issuer: b === 0 ? '' : this.signatures.functions[this.functionOf(b)]!.name };
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
