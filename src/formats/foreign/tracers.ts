/** Tracers that perfscope does not read, by lines that they print among calls or for a call: none of them is a line of strace. */
import { CSV, LINUX, STRACE, type Sign } from './sign.js';

export const TRACERS: readonly Sign[] = [
  {
    // ltrace -S marks system calls; -f and the end of a process differ from strace; a function without result is `<void>`.
    line: /^(?:\[pid \d+\] |\d+ +)?(?:[\d:.]+ +)?(?:SYS_[a-z]\w*\(|<\.\.\. (?:SYS_\w+|\w+@SYS) resumed>|\w+@SYS\(|[\w.@+/-]+->\w+\()|[)>]\s+= <void>(?: <[\d.]+>)?\s*$|^(?:\[pid \d+\] |\d+ +)?(?:[\d:.]+ +)?\+\+\+ exited \(status \d+\) \+\+\+/,
    share: 0,
    what: 'a trace of ltrace: functions of libraries, not system calls',
    advice: STRACE,
  },
  {
    // It names the process in the lines of all its threads. While one waits in a call, others go on in the same line, and its result follows theirs.
    line: /^\d+ (?:clone\([^" ]*\bCLONE_THREAD\b[^" ]*\) = \d|[a-z_]\w*\([^" ]*\)\d+ [a-z_]\w*\()/,
    share: 0,
    what: 'a trace of qemu-user (-strace) of several threads or processes: whose call a line is, and whose result, cannot be told',
    advice:
      'Trace the emulator itself, from outside of the container: strace -f -ttt -T -yy -o trace.txt -p PID. Its threads and calls are those of the program.',
  },
  {
    line: /\)\s+ERR#\d+ '[^']*'\s*$/,
    share: 0,
    what: 'a trace of truss (FreeBSD)',
    advice: LINUX,
  },
  {
    // Results in decimal and hexadecimal; -f and -H print process and thread before them.
    line: /^(?:\s*\d+:\s+){0,2}(?:[\d.]+ )?(?:[\d.]+ )?\w+\(.*\)\s+= -?\d+ \(0x[0-9a-f]+\)\s*$/,
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
    line: /^(?:\d+:\s+)?(?:[\d.]+:?\s+)*(?:k(?:read|write|open|ioctl|lseek|readv|writev|fcntl|thread_\w+|wait\w*)|_nsleep|__loadx|_n?select)\(/,
    share: 0.05,
    what: 'a trace of truss (AIX)',
    advice: LINUX,
  },
  {
    // Bytes of strings stand in two columns each (" G E T   / i n d e x"); what waits, and what -d prints first, are sure.
    line: /^(?:\d+(?:\/\d+)?:\s+)?(?:[\d.]+\s+)*\w+\(.*(?:\s\(sleeping\.\.\.\)|\)\s+Err#\d+\s+E[A-Z0-9]+)\s*$|^Base time stamp: +\d+\.\d+/,
    share: 0,
    what: 'a trace of truss (Solaris, illumos or AIX)',
    advice: LINUX,
  },
  {
    line: /^(?:\d+(?:\/\d+)?:\s+)?(?:[\d.]+\s+)*\w+\([^"]*"(?: [^ "\\]){4}/,
    share: 0.05,
    what: 'a trace of truss (Solaris or illumos)',
    advice: LINUX,
  },
  {
    line: /^SYSCALL\(args\)\s+= return\s*$|\)\s*\t\s*= -?\w+ Err#-?\d+\s*$/,
    share: 0,
    what: 'a trace of dtruss (macOS)',
    advice: LINUX,
  },
  {
    // A result and an errno, whatever became of the tabs between.
    line: /\)\s+= -?(?:0x)?[0-9a-f]+ (?:-?\d+|Err#-?\d+)\s*$/,
    share: 0.3,
    what: 'a trace of dtruss (macOS)',
    advice: LINUX,
  },
  {
    line: /^\s*\d+(?:\s+\d+)?\s+\S+\s+(?:[\d.]+\s+)?(?:CALL|RET|NAMI|GIO|STRU|PSIG|CSW)\s/,
    share: 0.3,
    what: 'a trace of ktrace, printed by kdump (BSD or macOS)',
    advice: LINUX,
  },
  {
    line: /\bstrace\.go:\d+\]\s+\[\s*\d+|\[\s*\d+:\s*\d+\] \S+ [EX] [a-z_]\w*\(/,
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
    line: /^\[(?:\d\d:\d\d:\d\d|\d+)\.\d+\] \(\+\S+\) (?:\S+ )?\S+: \{|^timestamp = \S+ .*\bname = \w+/,
    share: 0.3,
    what: 'a trace of LTTng, printed by babeltrace',
    advice: CSV,
  },
  {
    line: /^Attach(?:ing|ed) \d+ probes?\b|^@\w*\[.*\]: \d/,
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
    line: /^\s+(?:[\d.]+ [num]?s)?\s*\[ *\d+\] \| /,
    share: 0.3,
    what: 'a trace of uftrace: functions, not system calls',
    advice: STRACE,
  },
  {
    line: /^\s*\S+ -> \S+ :[* ]\w+\(/,
    share: 0.3,
    what: 'a trace of sotruss: functions of libraries, not system calls',
    advice: STRACE,
  },
  {
    line: /\) \.{3,} (?:= |\[)|^\( Attached to process \d+/,
    share: 0.3,
    what: 'a trace of tusc (HP-UX)',
    advice: LINUX,
  },
  {
    line: /^\d\d:\d\d:\d\d(?:\.\d+)? +\w+(?:\[\w+\])? .* \d+\.\d{6}(?: W)? +\S+\.\d+\s*$/,
    share: 0.3,
    what: 'the output of fs_usage (macOS)',
    advice: LINUX,
  },
  {
    // Process, light-weight process and command before the call, arguments and results as numbers.
    line: /^ *\d+ +\d+ +(?=\S*[^\s\d.:])\S+ +[a-z_]\w*\(.*\)\s+(?:= |Err#)/,
    share: 0.5,
    what: 'a trace of ktruss (NetBSD)',
    advice: LINUX,
  },
  {
    line: /^\[pid:\d+\] \[[\d:.]+\] /,
    share: 0.3,
    what: 'a trace of ctrace',
    advice: STRACE,
  },
  {
    line: /^\[(?:pid)? *\d+\] \w+\(.*\) (?:= \S+ .*)?\( *\d+ us\)\s*$/,
    share: 0.3,
    what: "a trace of Haiku's strace",
    advice: LINUX,
  },
  {
    line: /^\{\\rtf1/,
    share: 0,
    what: 'a document of a word processor (RTF)',
    advice: 'Give the file that strace wrote, or save the document as plain text.',
  },
  {
    line: /^\{"version": ?\d,.*"(?:width|term|height)"/,
    share: 0,
    what: 'a recording of a terminal by asciinema',
    advice: 'Print what the terminal showed: asciinema cat FILE > trace.txt',
  },
  {
    line: /^ *\d+ +\d+ \[[\w-]+\] \S+ \d+ [\w:~]+: /,
    share: 0.3,
    what: "a trace of Cygwin's strace (Windows)",
    advice: LINUX,
  },
  {
    // It would be a call of that name.
    line: /^[\w./-]+\(\d+\):? +(?:[\d:.]+ +)?(?:[a-z_]\w*\(.*(?:\)\s+= |<unfinished \.\.\.>)|<\.\.\. \w+ resumed>)/,
    share: 0.3,
    what: 'a trace whose lines begin with the name and the number of a process',
    advice:
      "Put the thread where strace has it: sed -E 's/^[^(]*\\(([0-9]+)\\):? */[pid \\1] /' FILE | perfscope analyze -",
  },
  {
    line: /^ *\/\* TID 0x[0-9a-f]+ \*\/\s*$/,
    share: 0,
    what: 'the output of frida-trace: functions, not system calls',
    advice: STRACE,
  },
  {
    line: /^[0-9a-f]{4,8}:(?:Call|Ret {2}) ?\w+\.\w+\(/,
    share: 0.3,
    what: "a log of Wine's relay: functions of Windows, not system calls",
    advice: STRACE,
  },
  {
    line: /^t:0x[0-9a-f]+ CPU:\d+ +[A-Z_]+ *:/,
    share: 0.3,
    what: 'a trace of QNX (traceprinter)',
    advice: LINUX,
  },
  {
    line: /^CPU +ID +FUNCTION:NAME/,
    share: 0,
    what: 'the output of DTrace',
    advice: LINUX,
  },
  {
    line: /^"?Time of Day"?[,;\t]"?Process Name"?/,
    share: 0,
    what: 'a recording of Process Monitor (Windows)',
    advice: LINUX,
  },
];
