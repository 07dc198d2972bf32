/**
 * `perfscope guide`: recipes by topic. Paragraphs are wrapped to the terminal; lines that begin with two blanks are printed as they are, and
 * those that begin with `perfscope` behind them are commands, which a test checks against the options. docs/guide.md is made of this.
 */
export interface Topic {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

export const TOPICS: readonly Topic[] = [
  {
    name: 'record',
    title: 'Record an incident',
    text: `Begin while the server is still healthy if you can, and go on for some seconds after the trouble began: the beginning is what the trouble is compared with. One to five minutes are plenty.

  perfscope record -p PID -o incident.data --duration 5m
  perfscope record --comm nginx

The first takes a process, its children and all threads that they start; the second all processes of a name, until Ctrl-C. The cheapest tracer that works is chosen, and what stands in the way of a cheaper one is said: perf needs root and tracefs; strace needs only ptrace and makes a busy server many times slower. What this machine allows:

  perfscope doctor
  perfscope doctor -p PID

By hand, where perfscope is not installed:

  perf record -e raw_syscalls:sys_enter,raw_syscalls:sys_exit,sched:sched_switch -o incident.data -p PID
  strace -f -ttt -T -yy -s 0 -o incident.strace -p PID

perf's file is read as it is, and so is what perf writes to a pipe (perf record -o - ... | perfscope inspect -). Of several processes give strace each with a -p of its own: -f follows those that are started later, not those that run already. -s 0 keeps the contents of buffers out of the trace; names of files and addresses of peers stay in it.

Look at what you have before the server is restarted:

  perfscope inspect incident.strace

It says what was read, what was skipped, and which threads called how often.`,
  },
  {
    name: 'learn',
    title: 'Learn signatures, so that functions have names',
    text: `A production trace has no stacks. What each function does is learned from traces with stacks of healthy runs of the same version, once a version, on any machine:

  perfscope record --learn -o app.signatures.json --duration 60s -p PID

Or from several recordings with stacks together:

  strace -f -ttt -T -yy -s 0 -k -o profile-1.strace -p PID
  perfscope learn profile-*.strace -o app.signatures.json

Make the runs as varied as you can: each kind of request, reload, background job. They need not be like the incident. A function that was on no stack cannot be named, but its caller can; with the program's own file the call graph helps, too:

  perfscope analyze incident.strace -s app.signatures.json --binary /usr/sbin/app

What distributions install is stripped. learn says what share of the names is sure, and which file with symbols would help. Programs of Go, Java, Node.js, Python: docs/languages.md.`,
  },
  {
    name: 'analyze',
    title: 'Name the functions to blame',
    text: `
  perfscope analyze incident.strace -s app.signatures.json
  perfscope analyze incident.strace -s app.signatures.json --window 5m
  perfscope analyze incident.strace -s app.signatures.json -f table -f html=report.html -f json=result.json

The page is one file that loads nothing: open it in a browser, or hang it on the ticket. The JSON is for machines, and for later:

  perfscope explain result.json
  perfscope explain result.json 2

--from, --to and --window choose the part of a long recording that matters. Leave some healthy time in it. A program that computes without end makes no more calls: where a text that you recorded ends long before you stopped it, --ended says when that was (perfscope record keeps it beside the text). In scripts, --fail-on bug ends with exit code 1 where the verdict is bug.`,
  },
  {
    name: 'without-signatures',
    title: 'A first answer from the trace alone',
    text: `
  perfscope analyze incident.strace

says whether something began, when, in which threads, which sequences of calls came more or less often, what blocks, and where the time of all threads goes. Where the trace carries stacks (strace -k, perf record -g), functions have names, too. What is usual is taken from the window's beginning, so that has to be healthy.`,
  },
  {
    name: 'result',
    title: 'Read a result',
    text: `The verdict comes first. bug: the program misbehaves, the suspects are worth reading. external: its surroundings are slow (disk, network, peer, processor); no function is blamed. none: nothing began in the window. inconclusive: the trace does not tell, by too few calls or because nothing can be named; the reason says what to record.

Sure is calibrated: of functions shown with 20 %, about one in five is at or next to the defect. A low figure on the first place is usual, as many functions share the evidence. Ranks with = are shared: the trace does not tell these functions apart, so read all of them. Mostly the defect is in the function, in what it calls, or in its caller.

The evidence says which calls speak, how often they came, and how often learning leads one to expect. Look at the first moment in the timeline of the page, and at the same thread before it.

Decoded stacks (flame graphs, call paths) are estimates. docs/exports.md says how often they are right. They show where to look, and prove nothing.`,
  },
  {
    name: 'flame-graphs',
    title: 'Flame graphs and other viewers',
    text: `The page of --format html has a differential flame graph, before against after the onset. For other viewers:

  perfscope analyze incident.strace -s app.signatures.json -f speedscope=app.speedscope.json
  perfscope analyze incident.strace -s app.signatures.json -f chrome-trace=app.trace.json
  perfscope analyze incident.strace -s app.signatures.json -f folded=app.folded

They open in speedscope.app, in Perfetto (ui.perfetto.dev) and with flamegraph.pl.`,
  },
  {
    name: 'compare',
    title: 'Before a fix against after it',
    text: `Which suspects came and went, which kinds of work got more frequent or slower (with intervals), which sequences of calls are new; on the page a differential flame graph, too:

  perfscope compare before.strace after.strace -s app.signatures.json
  perfscope compare before.strace after.strace -s app.signatures.json -f html=compared.html

Two windows of one trace, and results kept for later:

  perfscope compare day.strace day.strace --window-before ..12:00 --window-after 12:03..
  perfscope analyze monday.strace -s app.signatures.json -f json-all=monday.json
  perfscope compare monday.json tuesday.json

--fail-on-change ends with exit code 1 where anything but timings moved.`,
  },
  {
    name: 'batch',
    title: 'An archive of incidents',
    text: `
  perfscope batch incidents/ -s signatures/ -o results
  perfscope batch 2026.tar.gz -s app.signatures.json -o results --window 5m

results/ has a JSON file an incident and a summary: which functions recur, which incidents look alike, what failed. The same command again goes on where it was stopped, and does only what is new. On several machines:

  perfscope batch incidents/ -s signatures/ -o results-1 --shard 1/2
  perfscope merge results-1 results-2 -o results`,
  },
  {
    name: 'watch',
    title: 'Have the answer by the time you look at the alert',
    text: `watch keeps the last minutes of a server's calls, and analyses them when something fires:

  perfscope watch --comm redis-server -s redis.signatures.json -o /var/lib/perfscope
  perfscope trigger -o /var/lib/perfscope --reason checkout

With Prometheus, let Alertmanager's webhook post to /alerts; what was found is at /incidents:

  perfscope watch --comm redis-server -o /var/lib/perfscope --listen 127.0.0.1:9464

Without any monitoring, let it look for itself:

  perfscope watch --comm redis-server -o /var/lib/perfscope --detect cpu --detect reads

Results are in /var/lib/perfscope/incidents/, a line of JSON each on stdout, and go to --slack, --webhook and --exec. docs/watch.md has the rules, the configuration of Alertmanager and a unit for systemd.`,
  },
  {
    name: 'trouble',
    title: 'When it does not work',
    text: `"No such format", or lines skipped: perfscope inspect TRACE shows the first lines that were not understood, and --input-format says what to read it as.

"Another program's name": the signatures are of another program, or its threads have names of their own; --any-program analyses nevertheless.

No onset: the recording began when the server was sick already, or the window is too short. With signatures the suspects are worth reading nevertheless; a recording that begins before the trouble tells more.

All suspects have the same rank: the functions do nothing different in system calls. Learn from more varied runs, or give --binary.

Too much memory: --max-memory 4G refuses at once what will not fit, with the number to ask for; --from and --to alone do not help, as all of the input is read.

-v says what is being done, -vv in detail. Exit codes: 0 done, 1 a gate was crossed, 2 usage, 3 input failed, 130 interrupted.`,
  },
];
