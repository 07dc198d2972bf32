/** Whether a trace is one of the program that was learned. Pure. */
import { PerfscopeError } from '../errors.js';
import type { Trace } from '../trace/table.js';

/** The kernel keeps 15 bytes of a thread's name (TASK_COMM_LEN - 1, prctl(2) PR_SET_NAME). */
const COMM_LENGTH = 15;
/** Names listed in the error. */
const LISTED = 5;

export type ProgramMatch = 'yes' | 'unknown' | 'no';

/**
 * 'yes': a thread executed the program or bears its name, or its file was run: whoever starts it by a link (Debian's redis-server is one to
 * redis-check-rdb) has threads of the link's name. 'unknown': threads tell neither (a trace that was attached).
 * 'no': all that is told is something else.
 */
export function programMatch(trace: Pick<Trace, 'threads' | 'builds'>, program: string): ProgramMatch {
  if (program === '') return 'unknown';
  for (const file of trace.builds?.keys() ?? []) if (base(file) === program) return 'yes';
  let silent = false;
  for (const t of trace.threads) {
    if (t.program !== '' ? base(t.program) === program : sameComm(t.name, program)) return 'yes';
    if (t.program === '' && (t.name === '' || namesItself(t, program))) silent = true;
  }
  return silent ? 'unknown' : 'no';
}

/** Throws when the trace is certainly of another program. */
export function requireProgram(trace: Trace, program: string, path: string): ProgramMatch {
  const match = programMatch(trace, program);
  if (match !== 'no') return match;
  const seen = [...new Set(trace.threads.map((t) => base(t.program) || t.name))];
  const list = seen.slice(0, LISTED).join(', ') + (seen.length > LISTED ? ', ...' : '');
  throw new PerfscopeError(
    'program-mismatch',
    `no thread of ${program} in the trace; its threads are of ${list}`,
    { path },
    `Learn signatures of that program, or pass --any-program if it is ${program} under another name.`,
  );
}

function sameComm(comm: string, program: string): boolean {
  if (program === 'java' && OF_JVM.test(comm)) return true;
  // Node.js names its main thread so since version 20.
  if (comm === 'MainThread' || comm === 'node-MainThread') return program === 'node';
  return comm !== '' && comm === program.slice(0, COMM_LENGTH);
}

/** Threads of a JVM bear the names that Java gives them; only the first one, which often calls nothing, is called `java`. */
function namesItself({ pid, tid }: Trace['threads'][number], program: string): boolean {
  return program === 'java' && tid !== pid;
}

/** HotSpot's own threads. */
const OF_JVM =
  /^(?:VM Thread|VM Periodic Tas|C[12] CompilerThre|GC Thread#\d+|G1 (?:Main|Conc|Refine|Service)|Reference Handl|Signal Dispatch|Common-Cleaner)/;

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
