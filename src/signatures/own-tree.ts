/**
 * Stacks reduced to the program's own functions, as one prefix tree over all learning traces. What only tells where code lies
 * or how it was compiled (libraries in between, JIT tiers, process numbers) is gone, so the same chain of callers is the
 * same node in every trace.
 */
import { PathCounts } from '../trace/path-counts.js';
import { NO_STACK, type StackTable } from '../trace/stacks.js';
import { isNamedByCaller } from './languages.js';
import { isClosure } from './names.js';
import { type FrameRole, functionIdentity, type OwnCode } from './own-code.js';

/** A complete stack with none of the program's own functions on it. */
export const NO_OWN = -1;
/** A stack of the runtime's own work (a scheduler that looks for some, a collector): like NO_OWN, and surely nobody's. */
export const RUNTIME = -3;
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
  private readonly callers = new PathCounts(this.parent, this.depth, (node) => this.functionOf[node]!);

  /** Node of each stack of `table`, NO_OWN, RUNTIME or BROKEN. O(stacks). */
  project(table: StackTable, own: OwnCode): Int32Array {
    const roles = frameRoles(table, own);
    const functions = Int32Array.from(table.frameFunction, (f, i) =>
      roles[i] === 'own'
        ? this.function(functionIdentity(table.functions[f]!, table.objects[table.frameObject[i]!]!))
        : -1,
    );
    const closure = Array.from(table.frameFunction, (f) => isClosure(table.functions[f]!));
    const unknown = Array.from(table.frameFunction, (f, i) =>
      isUnknown(table.functions[f]!, table.objects[table.frameObject[i]!]!),
    );
    const kernel = Array.from(table.frameObject, (o) => /^\[(?:kernel|guest)|\.ko(?:\.\w+)?$/.test(table.objects[o]!));
    const nodes = new Int32Array(table.prefix.length);
    const userFrames = new Int32Array(table.prefix.length);
    const rootless = new Uint8Array(table.prefix.length);
    const hidden = hiddenFrames(table, roles);
    for (let s = 0; s < nodes.length; s++) {
      const p = table.prefix[s]!;
      const frame = table.frame[s]!;
      const caller = p === NO_STACK ? NO_OWN : nodes[p]!;
      const fn = functions[frame]!;
      if (roles[frame] === 'scheduler') nodes[s] = RUNTIME;
      // A closure called from the function whose name it goes by is no recursion.
      else if (fn < 0 || (caller >= 0 && closure[frame] && this.functionOf[caller] === fn)) nodes[s] = caller;
      else nodes[s] = this.child(Math.max(caller, NO_OWN), fn);
      userFrames[s] = (p === NO_STACK ? 0 : userFrames[p]!) + (kernel[frame] ? 0 : 1);
      rootless[s] = p === NO_STACK ? Number(unknown[frame]) : rootless[p]!;
    }
    // A whole stack begins where its thread does, so it has at least a start routine besides the library's wrapper.
    // Interpreted functions may be own ones, which nobody can tell.
    for (let s = 0; s < nodes.length; s++) {
      if (nodes[s] === NO_OWN && (rootless[s] === 1 || userFrames[s]! <= 1 || hidden[s] !== 0)) nodes[s] = BROKEN;
    }
    return nodes;
  }

  /** Node of the outermost own function on the stack of this one. */
  outermostOf(node: number): number {
    let outer = node;
    while (this.parent[outer]! >= 0) outer = this.parent[outer]!;
    return outer;
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
      this.callers.moveTo(parent);
      this.outermost.push(!this.callers.has(f));
    }
    return node;
  }
}

/** Per frame of `table`: what it is. */
export function frameRoles(table: StackTable, own: OwnCode): FrameRole[] {
  return Array.from(table.frameFunction, (f, i) =>
    own.roleOf(table.functions[f]!, table.objects[table.frameObject[i]!]!),
  );
}

/** Per stack: how many functions on it have no name because an interpreter runs them. O(stacks). */
export function hiddenFrames(table: StackTable, roles: readonly FrameRole[]): Uint16Array {
  const hidden = new Uint16Array(table.prefix.length);
  for (let s = 0; s < hidden.length; s++) {
    const [p, frame] = [table.prefix[s]!, table.frame[s]!];
    hidden[s] = p === NO_STACK ? 0 : hidden[p]!;
    if (roles[frame] !== 'interpreter') continue;
    const nameOf = (stack: number) => table.functions[table.frameFunction[table.frame[stack]!]!]!;
    if (p === NO_STACK || !isNamedByCaller(nameOf(s), nameOf(p))) hidden[s]!++;
  }
  return hidden;
}

export function isUnknown(name: string, object: string): boolean {
  return (name === '' || name === '[unknown]' || name === 'unexpected_backtracing_error') && !object.startsWith('/');
}
