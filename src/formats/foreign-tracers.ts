/**
 * Texts of tracers and tools that perfscope does not read, each by name and with the way on. One table, asked where no format is
 * recognised and where a text gave no call; and, as some print lines that look like those of strace, before formats are looked for.
 */
import { ARM64_CALLS, I386_CALLS, X86_64_CALLS, architectureOf } from './syscalls/index.js';

export interface ForeignTracer {
  /** As in "FILE is ...". */
  readonly what: string;
  readonly advice: string;
}

interface Sign extends ForeignTracer {
  /** A line of it. */
  readonly line: RegExp;
  /** Share of the lines that must be such; one is enough where it is 0. */
  readonly share: number;
}

const STRACE = 'Record with strace -f -ttt -T -yy -o FILE -p PID.';
const LINUX =
  'perfscope knows the calls of Linux only: reproduce there and record with strace -f -ttt -T -yy -o FILE -p PID.';
const CSV = 'Print it as CSV with the columns ts,tid,syscall,ret,dur (docs/csv.md), or record with strace or perf.';
const PERF =
  "Print events instead: perf script --ns -F comm,pid,tid,cpu,time,event,trace > trace.txt, of a recording with perf record -e 'raw_syscalls:*'.";

/** Lines that its own tracer prints among calls or for a call: none of them is a line of strace. */
const TRACERS: readonly Sign[] = [
  {
    // ltrace -S marks system calls; -f and the end of a process differ from strace; a function without result is `<void>`.
    line: /^(?:\[pid \d+\] |\d+ +)?(?:[\d:.]+ +)?(?:SYS_[a-z]\w*\(|\w+@SYS\(|[\w.@+]+->\w+\()|[)>]\s+= <void>(?: <[\d.]+>)?\s*$|^(?:\[pid \d+\] |\d+ +)?(?:[\d:.]+ +)?\+\+\+ exited \(status \d+\) \+\+\+/,
    share: 0,
    what: 'a trace of ltrace: functions of libraries, not system calls',
    advice: STRACE,
  },
  {
    line: /\)\s+ERR#\d+ '[^']*'\s*$/,
    share: 0,
    what: 'a trace of truss (FreeBSD)',
    advice: LINUX,
  },
  {
    // Results in decimal and hexadecimal.
    line: /^(?:\s*\d+:\s+)?(?:[\d.]+ )?(?:[\d.]+ )?\w+\(.*\)\s+= -?\d+ \(0x[0-9a-f]+\)\s*$/,
    share: 0.3,
    what: 'a trace of truss (FreeBSD)',
    advice: LINUX,
  },
  {
    line: /^(?:\d+)?\/\d+:\s+(?:[\d.]+\s+)*\w+\(|\)\s+Err#\d+ E[A-Z0-9]+\s*$/,
    share: 0.3,
    what: 'a trace of truss (Solaris, illumos or AIX)',
    advice: LINUX,
  },
  {
    line: /^SYSCALL\(args\)\s+= return\s*$|\)\s*\t\s*= -?\w+ Err#-?\d+\s*$/,
    share: 0,
    what: 'a trace of dtruss (macOS)',
    advice: LINUX,
  },
  { line: /\)\s*\t\s*= -?\w+ -?\d+\s*$/, share: 0.3, what: 'a trace of dtruss (macOS)', advice: LINUX },
  {
    line: /^\s*\d+(?:\s+\d+)?\s+\S+\s+(?:[\d.]+\s+)?(?:CALL|RET|NAMI|GIO|STRU|PSIG|CSW)\s/,
    share: 0.3,
    what: 'a trace of ktrace, printed by kdump (BSD or macOS)',
    advice: LINUX,
  },
  {
    line: /\bstrace\.go:\d+\]\s+\[\s*\d+/,
    share: 0.3,
    what: "the strace log of gVisor's sandbox (runsc --strace)",
    advice: `The calls are answered by the sandbox, not by Linux. ${CSV}`,
  },
  {
    line: /^\d+ (?:\d\d:\d\d:\d\d\.\d+|\d+\.\d+) \d+ .+? \(\d+(?:[:.]\d+)?\) [<>] \w+/,
    share: 0.3,
    what: 'a trace of sysdig',
    advice: CSV,
  },
  {
    line: /^# tracer: \w+|^\s*\S.*-\d+ +(?:\([ \d-]+\) +)?\[\d+\] +(?:\S+ +)?\d+\.\d+: +(?:sys_\w|syscalls:|raw_syscalls:)/,
    share: 0,
    what: 'a trace of ftrace or trace-cmd',
    advice: `Record with perf (perf record -e 'raw_syscalls:*' -p PID, then perf script), or print it as CSV (docs/csv.md).`,
  },
  {
    line: /^\[(?:\d\d:\d\d:\d\d|\d+)\.\d+\] \(\+\S+\) \S+ \S+: \{/,
    share: 0.3,
    what: 'a trace of LTTng, printed by babeltrace',
    advice: CSV,
  },
  {
    line: /^Attaching \d+ probes?\.\.\./,
    share: 0,
    what: 'the output of bpftrace',
    advice: CSV,
  },
  {
    line: /^# DURATION +TID +FUNCTION/,
    share: 0,
    what: 'a trace of uftrace: functions, not system calls',
    advice: STRACE,
  },
  {
    line: /^CPU +ID +FUNCTION:NAME/,
    share: 0,
    what: 'the output of DTrace',
    advice: LINUX,
  },
  {
    line: /^"?Time of Day"?,"?Process Name"?/,
    share: 0,
    what: 'a recording of Process Monitor (Windows)',
    advice: LINUX,
  },
];

/** Texts without calls; tables of these kinds may also stand behind a trace. */
const TABLES: readonly Sign[] = [
  {
    line: /^% time +seconds +usecs\/call +calls +(?:errors +)?syscall\s*$/,
    share: 0,
    what: 'only the summary of strace -c: it counts calls and holds none',
    advice: 'Record without -c: strace -f -ttt -T -yy -o FILE -p PID.',
  },
  {
    line: /^% time +seconds +usecs\/call +calls +function\s*$/,
    share: 0,
    what: 'only the summary of ltrace -c: functions of libraries, and no system calls',
    advice: STRACE,
  },
  {
    line: /^\s*Summary of events:|^\s+syscall +calls +(?:errors +)?total +min +avg +max/,
    share: 0,
    what: 'only the summary of perf trace -s: it counts calls and holds none',
    advice: 'Record without -s, or with perf record and perf script as docs/formats.md says.',
  },
  { line: /^# Overhead +/, share: 0, what: 'a table of perf report', advice: PERF },
  { line: /^\s*Performance counter stats for /, share: 0, what: 'the output of perf stat', advice: PERF },
  { line: /^\[ perf record: /, share: 0, what: 'what perf record says to the terminal', advice: PERF },
  {
    line: /^(?:Thread \d+ \((?:Thread 0x|LWP )|#\d+ +0x[0-9a-f]+ in |"[^"]+" (?:#\d+ )?(?:daemon )?prio=|goroutine \d+ \[)/,
    share: 0,
    what: 'a dump of stacks (gdb, jstack, a panic)',
    advice: `It shows one moment; what happened needs a trace. ${STRACE}`,
  },
  {
    line: /^strace: .*(?:Operation not permitted|No such process|ptrace\(|Cannot |Can't )/,
    share: 0,
    what: 'only what strace said of its own: it could not trace',
    advice: 'Run strace as root (or with CAP_SYS_PTRACE) and with the id of a process that is alive.',
  },
];

/** The tracer whose lines these are although they may look like those of a format; null when nothing says so. */
export function foreignTracer(lines: readonly string[]): ForeignTracer | null {
  return bearing(lines, TRACERS) ?? ofOtherMachine(lines) ?? ofLibraries(lines);
}

/** perf prints numbers of calls, and its header (perf script --header) tells a machine whose numbers are not known. */
function ofOtherMachine(lines: readonly string[]): ForeignTracer | null {
  const [, machine] = lines.map((line) => /^# arch\s*:\s*(\S+)/.exec(line)).find((found) => found !== null) ?? [];
  if (machine === undefined || architectureOf(machine) !== null) return null;
  if (!lines.some((line) => line.includes('raw_syscalls:'))) return null;
  return {
    what: `a recording of perf on ${machine}, whose numbers of system calls perfscope does not know`,
    advice: `Record events with names (perf record -e 'syscalls:sys_enter_*,syscalls:sys_exit_*' -p PID), or with strace.`,
  };
}

/** What a text is that holds no call. */
export function foreignTable(lines: readonly string[]): ForeignTracer | null {
  return bearing(lines, TABLES);
}

function bearing(lines: readonly string[], signs: readonly Sign[]): ForeignTracer | null {
  for (const { line, share, what, advice } of signs) {
    const count = lines.filter((text) => line.test(text)).length;
    if (count > 0 && count >= share * lines.length) return { what, advice };
  }
  return null;
}

const CALL = /^(?:\[pid +\d+\] |\d+ +)?(?:[\d:.]+ +)?([a-zA-Z_]\w*)\(.*(?:\)\s+= |<unfinished \.\.\.>)/;
/** Names that strace prints and the tables of x86-64, i386 and arm64 do not have. */
const OTHER_CALLS =
  'send recv accept pread pwrite shmat shmget shmctl shmdt semop semget semctl msgsnd msgrcv msgget msgctl';
/** So many distinct names tell, and so large a share of them. */
const LEAST_NAMES = 2;
const MOST_OF_THEM = 0.5;

/** Most names in front of brackets are no system calls of Linux: functions, as ltrace prints them. */
function ofLibraries(lines: readonly string[]): ForeignTracer | null {
  const names = new Set(lines.flatMap((line) => CALL.exec(line)?.[1] ?? []));
  if (names.size < LEAST_NAMES) return null;
  const known = new Set([X86_64_CALLS, I386_CALLS, ARM64_CALLS].flat().concat(OTHER_CALLS.split(' ')));
  const others = [...names].filter((name) => !known.has(name) && !/^(?:SYS|syscall)_(?:0x[0-9a-f]+|\d+)$/.test(name));
  if (others.length <= names.size * MOST_OF_THEM) return null;
  const example = others.slice(0, 3).join(', ');
  return {
    what: `no trace of Linux system calls: most of its names (${example}) are functions or calls of another system`,
    advice: `Of ltrace, gdb or another system? ${STRACE}`,
  };
}

/** A call of strace, with its thread and time, somewhere in a line. */
export const BEHIND =
  /(?<![\w.:])(?:\[pid +\d+\] |\d+ +)?(?:\d+:\d\d:\d\d(?:\.\d+)? |\d+\.\d+ )?[a-z_][a-z0-9_]*\(.*(?:\)\s+= (?:-?\d|0x|\?)|<unfinished \.\.\.>)/;

/** Lines of strace stand behind something that the table of heads does not have: what it is, and how to cut it. */
export function unknownPrefix(lines: readonly string[]): ForeignTracer | null {
  const prefixes = lines.flatMap((line) => {
    const found = BEHIND.exec(line);
    return found === null || found.index === 0 ? [] : [line.slice(0, found.index)];
  });
  const [first] = prefixes;
  if (first === undefined || prefixes.length * 2 < lines.length) return null;
  const { length } = first;
  const example = JSON.stringify(first);
  const same = prefixes.every((other) => other.length === length);
  return {
    what: same ? `a prefix of ${length} characters (${example})` : `a prefix (${example})`,
    advice: same
      ? `Cut it off: sed 's/^.\\{${length}\\}//' FILE | perfscope analyze -`
      : 'Cut off what stands before the thread, time or call in each line, for example with sed.',
  };
}
