/** Roles of threads, as learning sees them. */
import type { RowContexts } from '../context/contexts.js';
import { CALL, grainsOf } from '../context/symbols.js';
import { TupleNumbers } from '../context/tuple-numbers.js';
import { NO_STACK } from '../trace/stacks.js';
import { byFirst } from './by-first.js';
import type { ContextModel, LearningTrace } from './context-model.js';
import type { NodeNumbers } from './node-numbers.js';
import { BROKEN } from './own-tree.js';

/** Which entry nodes share threads, and what such threads call. */
export class RoleBook {
  private readonly threads = new Map<LearningTrace, { entries: Set<number>; calls: Map<string, number> }[]>();

  entries(run: LearningTrace, numberOf: Int32Array, nodes: NodeNumbers): void {
    const { thread, stack } = run.trace.columns;
    const threads = this.of(run);
    const pairs = new TupleNumbers();
    let known = 0;
    for (let i = 0; stack !== null && i < run.trace.length; i++) {
      const number = stack[i] === NO_STACK ? BROKEN : numberOf[stack[i]!]!;
      if (number <= 0 || pairs.intern(thread[i]!, number) < known) continue;
      known++;
      const entry = nodes.entry(number);
      if (entry > 0) threads[thread[i]!]!.entries.add(entry);
    }
  }

  calls(run: LearningTrace, rows: RowContexts): void {
    const { symbols, context, contexts } = rows;
    const { thread } = run.trace.columns;
    const threads = this.of(run);
    const grains = symbols.map((s) => grainsOf(s)[CALL]!);
    // Texts have numbers, so that no string is made for a call.
    const texts = new Map<string, number>();
    const textOf = Int32Array.from({ length: contexts.size }, (_, k) => {
      const text = `${grains[contexts.before[k]!]!}>${grains[contexts.symbol[k]!]!}`;
      if (!texts.has(text)) texts.set(text, texts.size);
      return texts.get(text)!;
    });
    const pairs = new TupleNumbers();
    const found: { thread: number; text: number; count: number }[] = [];
    for (let i = 0; i < context.length; i++) {
      const text = textOf[context[i]!]!;
      const pair = pairs.intern(thread[i]!, text);
      if (pair === found.length) found.push({ thread: thread[i]!, text, count: 1 });
      else found[pair]!.count++;
    }
    const keys = [...texts.keys()];
    for (const { thread: t, text, count } of found) {
      const { calls } = threads[t]!;
      calls.set(keys[text]!, (calls.get(keys[text]!) ?? 0) + count);
    }
  }

  finish(): ContextModel['roles'] {
    const all = [...this.threads.values()].flat().filter(({ calls }) => calls.size > 0);
    // Entries that were seen on one thread are of one role, and so are those that each shares a thread with.
    const roleOf = new Map<number, number>();
    const find = (n: number): number => {
      let at = n;
      for (let above = roleOf.get(at)!; above !== at; above = roleOf.get(at)!) {
        roleOf.set(at, roleOf.get(above)!);
        at = above;
      }
      return at;
    };
    for (const { entries } of all) {
      const [first, ...rest] = entries;
      if (first === undefined) continue;
      for (const e of entries) if (!roleOf.has(e)) roleOf.set(e, e);
      for (const e of rest) {
        const [a, b] = [find(first), find(e)];
        roleOf.set(Math.max(a, b), Math.min(a, b));
      }
    }
    const roles = new Map<number, { entries: number[]; calls: Map<string, number> }>();
    for (const { entries, calls } of all) {
      const [first] = entries;
      const id = first === undefined ? 0 : find(first);
      let role = roles.get(id);
      if (role === undefined) roles.set(id, (role = { entries: [], calls: new Map() }));
      for (const [key, n] of calls) role.calls.set(key, (role.calls.get(key) ?? 0) + n);
    }
    for (const e of [...roleOf.keys()].sort((a, b) => a - b)) roles.get(find(e))!.entries.push(e);
    return [...roles.entries()]
      .sort((a, b) => a[0] - b[0])
      .map(([, { entries, calls }]) => ({
        entries,
        calls: [...calls].sort(byFirst).map(([key, n]) => [...(key.split('>') as [string, string]), n] as const),
      }));
  }

  private of(run: LearningTrace) {
    let threads = this.threads.get(run);
    if (threads === undefined) {
      threads = run.trace.threads.map(() => ({ entries: new Set<number>(), calls: new Map<string, number>() }));
      this.threads.set(run, threads);
    }
    return threads;
  }
}
