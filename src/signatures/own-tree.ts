/**
 * Stacks reduced to the program's own functions, as one prefix tree over all learning traces. What only tells where code lies
 * or how it was compiled (libraries in between, JIT tiers, process numbers) is gone, so the same chain of callers is the
 * same node in every trace.
 */
import { NO_STACK, type StackTable } from '../trace/stacks.js';
import { functionIdentity, type OwnCode } from './own-code.js';

/** A complete stack with none of the program's own functions on it. */
export const NO_OWN = -1;
/** A stack that tells nothing about the program: missing, or the unwinder lost its way before it came to a caller. */
export const BROKEN = -2;

export interface OwnFunction {
  readonly name: string;
  readonly object: string;
}

export class OwnTree {
  readonly functions: OwnFunction[] = [];
  /** Per node: node of the caller, NO_OWN at the outermost own function. */
  readonly parent: number[] = [];
  /** Per node: index into `functions`. */
  readonly functionOf: number[] = [];
  /** Per node: 1 for an outermost own function, its callees one more each. */
  readonly depth: number[] = [];
  /** Per node: whether no caller is the same function, i.e. the node is no recursion. */
  readonly outermost: boolean[] = [];
  private readonly children = new Map<number, number>();
  private readonly functionIndex = new Map<string, number>();

  /** Node of each stack of `table`, NO_OWN or BROKEN. O(stacks). */
  project(table: StackTable, own: OwnCode): Int32Array {
    const functions = Int32Array.from(table.frameFunction, (f, i) => {
      const [name, object] = [table.functions[f]!, table.objects[table.frameObject[i]!]!];
      return own.owns(name, object) ? this.function(functionIdentity(name, object)) : -1;
    });
    const unknown = Array.from(table.frameFunction, (f, i) =>
      isUnknown(table.functions[f]!, table.objects[table.frameObject[i]!]!),
    );
    const kernel = Array.from(table.frameObject, (o) => /^\[(?:kernel|guest)|\.ko(?:\.\w+)?$/.test(table.objects[o]!));
    const nodes = new Int32Array(table.prefix.length);
    const userFrames = new Int32Array(table.prefix.length);
    const rootless = new Uint8Array(table.prefix.length);
    for (let s = 0; s < nodes.length; s++) {
      const p = table.prefix[s]!;
      const frame = table.frame[s]!;
      const caller = p === NO_STACK ? NO_OWN : nodes[p]!;
      nodes[s] = functions[frame]! < 0 ? caller : this.child(caller, functions[frame]!);
      userFrames[s] = (p === NO_STACK ? 0 : userFrames[p]!) + (kernel[frame] ? 0 : 1);
      rootless[s] = p === NO_STACK ? Number(unknown[frame]) : rootless[p]!;
    }
    // A whole stack begins where its thread does, so it has at least a start routine besides the library's wrapper.
    for (let s = 0; s < nodes.length; s++) {
      if (nodes[s] === NO_OWN && (rootless[s] === 1 || userFrames[s]! <= 1)) nodes[s] = BROKEN;
    }
    return nodes;
  }

  /** The functions of a node's stack, innermost first. */
  path(node: number): number[] {
    const path: number[] = [];
    for (let n = node; n >= 0; n = this.parent[n]!) path.push(this.functionOf[n]!);
    return path;
  }

  private function(identity: OwnFunction): number {
    const key = `${identity.name}\0${identity.object}`;
    let index = this.functionIndex.get(key);
    if (index === undefined) this.functionIndex.set(key, (index = this.functions.push(identity) - 1));
    return index;
  }

  private child(parent: number, f: number): number {
    const key = (parent + 1) * 0x1000000 + f;
    let node = this.children.get(key);
    if (node === undefined) {
      node = this.parent.push(parent) - 1;
      this.children.set(key, node);
      this.functionOf.push(f);
      this.depth.push(parent < 0 ? 1 : this.depth[parent]! + 1);
      let caller = parent;
      while (caller >= 0 && this.functionOf[caller] !== f) caller = this.parent[caller]!;
      this.outermost.push(caller < 0);
    }
    return node;
  }
}

function isUnknown(name: string, object: string): boolean {
  return (name === '' || name === '[unknown]' || name === 'unexpected_backtracing_error') && !object.startsWith('/');
}
