/** Traces as they go into a case: without the lab's own folders, no larger than asked for, compressed. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { type Lab, foldersOf } from '../lab.js';
import { writeAtomically } from '../files.js';

export interface StoreOptions {
  /** Most bytes, compressed. */
  readonly bytes: number;
  /** When set: what comes before it goes first when the trace is too large, though so many seconds before it stay. */
  readonly around?: { readonly triggeredAt: number; readonly keepBefore: number };
}

export interface Stored {
  /** System calls before and after `triggeredAt` (all of them before, without one). */
  readonly before: number;
  readonly after: number;
  /** From the first call that was kept to `triggeredAt`. */
  readonly secondsBefore: number;
}

interface Line {
  readonly text: string;
  /** Time of the event that the line is part of. */
  readonly time: number;
  readonly call: boolean;
}

const STRACE_TIME = /^\d+ +(\d+\.\d+) (<\.\.\.)?/;
const PERF_TIME = / (\d+\.\d{9}): +(raw_syscalls:sys_enter)?/;

/** Stores the recorded text `from` as `to` (gzip). */
export async function store(
  lab: Lab,
  server: string,
  from: string,
  to: string,
  options: StoreOptions,
): Promise<Stored> {
  let lines = await read(from, cleaner(lab, server));
  const pack = () => gzipSync(lines.map((l) => l.text).join('\n') + '\n', { level: 9 });
  const trigger = options.around?.triggeredAt ?? Infinity;
  let packed = pack();
  // First the beginning goes, in steps, then the end; a stack is never parted from its call, for both have one time.
  let begin = Math.max(lines[0]?.time ?? 0, trigger - 20);
  while (packed.length > options.bytes && options.around && begin < trigger - options.around.keepBefore) {
    begin = Math.min(begin + 2, trigger - options.around.keepBefore);
    lines = lines.filter((l) => l.time >= begin);
    packed = pack();
  }
  while (packed.length > options.bytes && lines.length > 1000) {
    const [first, last] = [lines[0]!.time, lines.at(-1)!.time];
    const from = Math.max(first, options.around ? trigger : first);
    const end = from + (last - from) * Math.min(0.9, (options.bytes / packed.length) * 1.02);
    const shorter = lines.filter((l) => l.time < end);
    if (shorter.length === lines.length || shorter.length === 0) break;
    lines = shorter;
    packed = pack();
  }
  await writeAtomically(to, packed);
  const before = lines.filter((l) => l.call && l.time < trigger).length;
  const end = Math.min(trigger, lines.at(-1)?.time ?? 0);
  return {
    before,
    after: lines.filter((l) => l.call).length - before,
    secondsBefore: Math.max(0, end - (lines[0]?.time ?? end)),
  };
}

async function read(path: string, clean: (text: string) => string): Promise<Line[]> {
  const lines: Line[] = [];
  let time = 0;
  for await (const raw of createInterface({ input: createReadStream(path, 'latin1') })) {
    const strace = STRACE_TIME.exec(raw);
    const found = strace ?? PERF_TIME.exec(raw);
    if (found !== null) time = Number(found[1]);
    const call = strace !== null ? strace[2] === undefined : found?.[2] !== undefined;
    lines.push({ text: clean(raw), time, call });
  }
  return lines;
}

/** Takes the lab's folders out of a line, and names of programs that have nothing to do with the server. */
function cleaner(lab: Lab, server: string): (text: string) => string {
  const { prefix, run } = foldersOf(lab, server);
  const own = new Set<string>();
  return (text) => {
    const comm = /^ *(\S.*?) +\d+\/(\d+) +\[/.exec(text);
    if (comm !== null) own.add(comm[2]!);
    return text
      .replaceAll(run, '/srv')
      .replaceAll(prefix, '/opt')
      .replaceAll(lab.folder, '/lab')
      .replace(/(next_comm=).*?( next_pid=(\d+))/, (whole, head: string, tail: string, pid: string) =>
        own.has(pid) || whole.startsWith('next_comm=swapper') ? whole : `${head}other${tail}`,
      );
  };
}
