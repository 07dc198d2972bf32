/**
 * Threads over the whole trace: which entries of which chunks are the same thread, who made whom, and under what name.
 * A tid is used again after its thread ended, so a thread is a life of a tid.
 */
import { isCloneCall } from './call-traits.js';
import type { ChunkThread, TraceChunk } from './chunk.js';
import type { Thread } from './table.js';

interface Life {
  tid: number;
  /** tid that the thread told itself (gettid), used when no line names it. */
  toldTid: number;
  pid: number;
  alive: boolean;
  /** An entry or an exit of a call was seen. */
  called: boolean;
}

/** A Lifecycle entry on the trace's clock and threads; execs that failed are left out. */
export type LifeEvent =
  | { what: 'clone'; thread: number; ns: number; childTid: number; sameProcess: boolean }
  | { what: 'exec'; thread: number; ns: number; program: string }
  | { what: 'name'; thread: number; ns: number; name: string }
  | { what: 'exit'; thread: number; ns: number };

/** A thread of which nothing more is traced from a moment on, within a chunk. */
export interface StoppedThread {
  readonly thread: number;
  readonly ns: number;
  /** It is over. */
  readonly ended: boolean;
}

const NOBODY = { tid: 0, begins: false, ns: 0 };
/** The kernel cuts command names to 15 characters (TASK_COMM_LEN is 16). */
const COMM_LENGTH = 15;

export class ThreadLives {
  private readonly lives: Life[] = [];
  private readonly byTid = new Map<number, number>();
  /** tids of whom a call or an end was seen: what comes behind it began within the trace. */
  private readonly begun = new Set<number>();
  /** tids that the thread without a tid made. */
  private readonly children = new Set<number>();
  /** The life of the lines without tid, and whether the last line was one of them. */
  private unnamed = -1;
  private lastUnnamed = false;
  /** Whom a notice named, whose lines may follow without a name; 0: nobody. `ns`: of the record before, on the trace's clock. */
  private announced = NOBODY;
  /** Processes that notices say to have several threads, and the lives before them. */
  private readonly groups: { readonly pid: number; readonly threads: number; readonly since: number }[] = [];

  get size(): number {
    return this.lives.length;
  }

  /** tid of a thread; 0 where nothing told it. */
  tidOf(life: number): number {
    return this.lives[life]!.tid || this.lives[life]!.toldTid;
  }

  /**
   * Thread of each entry of the chunk's list. `openCall` tells the call that a thread has open before the chunk, '' for none.
   * `fresh` is set to 1 for entries before which nothing shows that their tid had no call under way when the trace began. `stopped` gets
   * threads that are traced no longer and whose end is no event of theirs. `base`: ns of the chunk's time 0. `back`: moment of the record before, if the chunk goes back behind it, else null.
   */
  map(
    chunk: TraceChunk,
    openCall: (thread: number) => string,
    fresh: Uint8Array,
    stopped: StoppedThread[] = [],
    base = 0,
    back: number | null = null,
  ): Int32Array {
    if (back !== null && chunk.threads[0]?.tid === 0 && this.lastUnnamed)
      this.announced = { tid: 0, begins: true, ns: back };
    const exited = new Set<number>();
    const toldTids = new Map<number, number>();
    for (const event of chunk.lifecycle) {
      if (event.what === 'exit') exited.add(event.thread);
      else if (event.what === 'tid') toldTids.set(event.thread, event.tid);
    }
    const orphaned = new Map(chunk.orphans.map((orphan) => [orphan.thread, orphan.call]));
    const map = new Int32Array(chunk.threads.length);
    const openInChunk = new Map<number, string>();
    const announcements = [...(chunk.announced ?? [])];
    const ends = [...(chunk.ends ?? [])];
    const hear = (entries: number) => {
      while (ends[0] !== undefined && ends[0].at <= entries) {
        const { tid, ns } = ends.shift()!;
        const ended = this.endOf(tid);
        if (ended >= 0) stopped.push({ thread: ended, ns: base + ns, ended: true });
      }
      while (announcements[0] !== undefined && announcements[0].at <= entries) {
        const { tid, threads, begins, ns } = announcements.shift()!;
        this.announced = { tid, begins, ns: base + ns };
        if (threads > 1) this.groups.push({ pid: tid, threads, since: this.lives.length });
      }
    };
    chunk.threads.forEach((thread, i) => {
      hear(i);
      const open = this.unnamed < 0 ? '' : (openInChunk.get(this.unnamed) ?? openCall(this.unnamed));
      const before = this.unnamed;
      // Nobody is made by himself: with -z a call is printed when it has returned, behind the notice of whom it made.
      const isNew = thread.tid === 0 && this.announced !== NOBODY && !childrenOf(chunk, i).includes(this.announced.tid);
      const life = isNew
        ? this.ofAnnounced()
        : thread.tid === 0
          ? this.ofUnnamed()
          : this.ofTid(thread, open === '' ? null : orphaned.get(i) === open);
      if (isNew && this.announced.begins && before >= 0 && before !== life)
        stopped.push({ thread: before, ns: this.announced.ns, ended: false });
      this.announced = NOBODY;
      map[i] = life;
      const state = this.lives[life]!;
      fresh[i] = state.called || this.begun.has(thread.tid) ? 0 : 1;
      if (chunk.called[i] === 1) state.called = true;
      if (thread.tid > 0 && (state.called || exited.has(i))) this.begun.add(thread.tid);
      const pending = chunk.pending[i]!;
      openInChunk.set(life, pending < 0 ? '' : chunk.calls[chunk.columns.call[pending]!]!);
      if (state.pid < 0 && thread.pid > 0) state.pid = thread.pid;
      const told = toldTids.get(i);
      if (told !== undefined && state.tid === 0) {
        state.toldTid = told;
        if (!this.byTid.has(told)) this.byTid.set(told, life);
      }
      if (exited.has(i)) this.end(life);
      this.lastUnnamed = thread.tid === 0;
      if (this.lastUnnamed) for (const child of childrenOf(chunk, i)) this.children.add(child);
    });
    hear(chunk.threads.length);
    return map;
  }

  /** `goesOn`: whether the entry begins with the return of the unnamed thread's open call; null when it has none open. */
  private ofTid(thread: ChunkThread, goesOn: boolean | null): number {
    const known = this.byTid.get(thread.tid);
    if (known !== undefined) {
      const life = this.lives[known]!;
      if (life.tid === 0) life.tid = thread.tid;
      return known;
    }
    // strace -f on a terminal begins to name threads when a second one appears: the first to be named that is no child,
    // or that goes on with the open call, is the one that had no name before. Where that one told its tid, it is found above,
    // except in a pid namespace, whose tids strace does not show.
    const unnamed = this.lives[this.unnamed];
    const isNoChild = unnamed?.toldTid === 0 && !this.children.has(thread.tid);
    if (unnamed?.alive && unnamed.tid === 0 && (goesOn ?? isNoChild)) {
      unnamed.tid = thread.tid;
      this.byTid.set(thread.tid, this.unnamed);
      return this.unnamed;
    }
    this.children.delete(thread.tid);
    return this.create(thread.tid);
  }

  /** strace leaves the tid out while only one thread is traced: it is the one that is left. */
  private ofUnnamed(): number {
    if (this.unnamed < 0 || !(this.lastUnnamed && this.lives[this.unnamed]!.alive)) {
      const alive = [...this.lives.keys()].filter((life) => this.lives[life]!.alive);
      const before = this.unnamed >= 0 && this.lives[this.unnamed]!.alive ? this.unnamed : alive[0];
      this.unnamed = (alive.length === 1 ? alive[0] : before) ?? this.create(0);
    }
    return this.unnamed;
  }

  /** strace names a thread in its lines as soon as it traces two: lines without a name behind the notice are of whom it names. */
  private ofAnnounced(): number {
    const { tid } = this.announced;
    return (this.unnamed = (tid > 0 ? this.byTid.get(tid) : undefined) ?? this.create(tid));
  }

  /** The life of `tid` is over: which it was, -1 when none is known. */
  private endOf(tid: number): number {
    this.begun.add(tid);
    const life = this.byTid.get(tid) ?? -1;
    if (life >= 0) this.end(life);
    return life;
  }

  private end(life: number): void {
    const state = this.lives[life]!;
    state.alive = false;
    this.byTid.delete(state.tid);
    this.byTid.delete(state.toldTid);
  }

  private create(tid: number): number {
    const life = this.lives.push({ tid, toldTid: 0, pid: -1, alive: true, called: false }) - 1;
    if (tid > 0) this.byTid.set(tid, life);
    return life;
  }

  /**
   * The finished list. `firstNs`: first row of each thread (Infinity: it has none); `events` in any order.
   */
  finish(firstNs: Float64Array, events: readonly LifeEvent[]): Thread[] {
    const ordered = [...events].sort((a, b) => a.ns - b.ns);
    const threads = this.lives.map((life, i) => ({
      tid: life.tid || life.toldTid,
      pid: life.pid,
      name: '',
      program: '',
      parent: -1,
      firstNs: firstNs[i]!,
      exitNs: null as number | null,
    }));
    // A name holds for the whole piece of the input in which it was seen: it only dates a thread that did nothing else.
    for (const names of [false, true]) {
      for (const { what, thread, ns } of ordered) {
        const born = threads[thread]!;
        if ((what === 'name') === names && !(names ? Number.isFinite(born.firstNs) : born.firstNs <= ns))
          born.firstNs = ns;
      }
    }
    const livesOfTid = new Map<number, number[]>();
    threads.forEach(({ tid }, i) => {
      const lives = livesOfTid.get(tid);
      if (lives) lives.push(i);
      else livesOfTid.set(tid, [i]);
    });
    const ofNamespace = childrenInNamespace(threads, ordered);
    for (const event of ordered) {
      const thread = threads[event.thread]!;
      if (event.what === 'exit') thread.exitNs = event.ns;
      else if (event.what === 'name') thread.name = event.name;
      else if (event.what === 'exec') {
        thread.program = event.program;
        thread.name = commOf(event.program);
      } else {
        const child =
          (livesOfTid.get(event.childTid) ?? []).find(
            (i) => threads[i]!.parent < 0 && i !== event.thread && threads[i]!.firstNs >= event.ns,
          ) ?? ofNamespace.get(event);
        if (child === undefined) continue;
        const born = threads[child]!;
        born.parent = event.thread;
        born.name ||= thread.name;
        born.program ||= thread.program;
        if (born.pid < 0) born.pid = event.sameProcess ? (thread.pid < 0 ? thread.tid : thread.pid) : born.tid;
      }
    }
    this.joinGroups(threads);
    for (const thread of threads) if (thread.pid < 0) thread.pid = thread.tid;
    return threads;
  }

  /** `Process 9325 attached with 3 threads`: whom nobody was seen to make, as many as there are, are its threads. */
  private joinGroups(threads: { readonly tid: number; pid: number; readonly parent: number }[]): void {
    const left = this.groups.map((group) => ({ ...group, left: group.threads - 1 })).sort((a, b) => b.pid - a.pid);
    threads.forEach((thread, i) => {
      if (thread.pid >= 0 || thread.parent >= 0 || this.groups.some(({ pid }) => pid === thread.tid)) return;
      const free = left.filter((group) => group.left > 0 && group.since <= i);
      // A process is older than its threads, mostly.
      const group = free.find(({ pid }) => pid < thread.tid) ?? free[0];
      if (group === undefined) return;
      group.left--;
      thread.pid = group.pid;
    });
  }
}

/**
 * The children of clones in a container that was traced from outside: their results are tids of its own namespace, and no line has
 * them. Whoever appears behind such a clone is its child, each behind its own. Empty where any clone's result is a thread of the trace.
 */
function childrenInNamespace(
  threads: readonly { readonly tid: number; readonly firstNs: number }[],
  events: readonly LifeEvent[],
): ReadonlyMap<LifeEvent, number> {
  const children = new Map<LifeEvent, number>();
  const tids = new Set(threads.map(({ tid }) => tid));
  const clones = events.filter((event) => event.what === 'clone');
  if (clones.length === 0 || clones.some(({ childTid }) => tids.has(childTid))) return children;
  const born = threads.map(({ firstNs, tid }, i) => ({ firstNs, tid, i })).filter(({ tid }) => tid > 0);
  born.sort((a, b) => a.firstNs - b.firstNs);
  // The first thread was there before.
  let next = 1;
  for (const clone of clones) {
    while (next < born.length && (born[next]!.firstNs < clone.ns || born[next]!.i === clone.thread)) next++;
    if (next >= born.length) break;
    children.set(clone, born[next++]!.i);
  }
  return children;
}

/** tids that the clones of one entry of the chunk's threads returned. */
function childrenOf(chunk: TraceChunk, entry: number): number[] {
  const children: number[] = [];
  for (const event of chunk.lifecycle) {
    if (event.what === 'clone' && event.thread === entry) children.push(event.childTid);
  }
  for (const { thread, call, result } of chunk.orphans) {
    if (thread === entry && result > 0 && isCloneCall(call)) children.push(result);
  }
  return children;
}

/** Command name of a program: its base name, as the kernel cuts it. */
export function commOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1).slice(0, COMM_LENGTH);
}
