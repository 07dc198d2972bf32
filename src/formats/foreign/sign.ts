/** What an entry of the tables of foreign texts says, and the ways on that many share. */
export interface ForeignTracer {
  /** As in "FILE is ...". */
  readonly what: string;
  readonly advice: string;
}

export interface Sign extends ForeignTracer {
  /** A line of it. */
  readonly line: RegExp;
  /** Share of the lines that must be such; one is enough where it is 0. */
  readonly share: number;
}

export const STRACE = 'Record with strace -f -ttt -T -yy -o FILE -p PID.';
export const LINUX =
  'perfscope knows the calls of Linux only: reproduce there and record with strace -f -ttt -T -yy -o FILE -p PID.';
export const CSV =
  'Print it as CSV with the columns ts,tid,syscall,ret,dur (docs/csv.md), or record with strace or perf.';
export const PERF =
  "Give the recording itself (perf.data), made with perf record -e 'raw_syscalls:*' -p PID, or its events: perf script --ns -F comm,pid,tid,cpu,time,event,trace > trace.txt.";

export const PERF_TEXT = "Record with perf record -e 'raw_syscalls:*' -p PID -o incident.data, and give that file.";
