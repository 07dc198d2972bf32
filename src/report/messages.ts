/**
 * The sentences of perfscope. Detectors, readers and the coordinator speak in codes and arguments; the words are made
 * here and nowhere else. An argument named `from`, `to` or `at` is seconds since the trace's first event.
 */
import type { Message } from '../result.js';
import type { Clock } from './text.js';
import { duration, grouped, moment, plural } from './text.js';

type Args = Message['args'];
type Sentence = (a: Reader) => string;

/** Reads arguments leniently: a document of another version may lack one. */
class Reader {
  constructor(
    private readonly args: Args,
    private readonly clock: Clock,
  ) {}
  text(name: string): string {
    const v = this.args[name];
    return v === undefined ? '?' : String(v);
  }
  number(name: string): number {
    const v = this.args[name];
    return typeof v === 'number' ? v : Number.NaN;
  }
  count(name: string): string {
    return grouped(this.number(name));
  }
  has(name: string): boolean {
    const v = this.args[name];
    return v !== undefined && v !== '' && v !== false;
  }
  moment(name: string): string {
    return moment(this.clock, this.number(name));
  }
  seconds(name: string): string {
    return duration(this.number(name));
  }
  percent(name: string): string {
    const share = this.number(name) * 100;
    return `${share >= 1 || share === 0 ? Math.round(share) : share.toFixed(1)} %`;
  }
  /** Whether the window was compared with its own beginning alone, for want of signatures. */
  get alone(): boolean {
    return this.args['basis'] === 'beginning';
  }
  /** "in learning", or what takes its place. */
  get learned(): string {
    return this.alone ? 'before' : 'in learning';
  }
  /** "1.2 s instead of 3 ms" */
  slower(): string {
    return `${this.seconds('after')} instead of ${this.seconds('before')}`;
  }
  plural(name: string, one: string, many?: string): string {
    return plural(this.number(name), one, many);
  }
}

const SENTENCES: Readonly<Record<string, Sentence>> = {
  // The input.
  'skipped-lines': (a) =>
    `${a.plural('lines', 'line was', 'lines were')} not understood and left out` +
    (a.has('reason') ? ` (the first, line ${a.count('line')}: ${a.text('reason')})` : '') +
    (a.has('behind')
      ? `; the first stand behind what ${a.text('behind')} put before them: give the lines with and without it as two files`
      : ''),
  'perf-data-damaged': (a) =>
    `${a.text('path')}: ${a.text('what')}` +
    (a.number('records') > 0
      ? `: ${a.plural('records', 'record was', 'records were')} left out, the first at byte ${a.count('offset')}`
      : ` (byte ${a.count('offset')})`),
  'perf-lost-events': (a) =>
    `perf lost ${a.plural('events', 'event')} while it recorded: calls whose return is missing last up to the next one of their thread. Give perf ` +
    'record larger buffers (-m 64M), or fewer events',
  'recording-meta-damaged': (a) =>
    `${a.text('path')}, which should tell how the trace was recorded, is no JSON: its host and builds are not known`,
  'ftrace-lost-events': (a) =>
    `${a.plural('events', 'event was', 'events were')} overwritten in the ring before they were read` +
    (a.number('seconds') > 0
      ? `, in gaps of ${a.seconds('seconds')} in all (the longest: ${a.seconds('longest')}): there less seems to happen than did, pauses seem longer`
      : '') +
    ', and calls whose return is missing last up to the next one of their thread. The machine had no processor left for the recorder; ' +
    'perfscope record --backend perf has more precedence',
  'perf-stack-copies': (a) =>
    `${a.plural('samples', 'call has', 'calls have')} a copy of the stack instead of a call chain (--call-graph dwarf), which perf itself must unwind. ` +
    `Give its text: perf script --ns -F comm,pid,tid,cpu,time,event,trace,ip,sym,symoff,dso -i ${a.text('path')} > trace.perf.txt`,
  'unnamed-recordings': (a) =>
    `the lines of ${a.text('path')} name no thread, and are of ${a.plural('recordings', 'recording')} one behind the other (the time goes ` +
    'back, or a process ended): each is read as a thread of its own, all as one process. Of files of strace -ff, give the folder',
  'threads-joined': (a) =>
    `${a.plural('threads', 'thread')} that were there when strace attached are taken for ` +
    (a.number('processes') === 1
      ? `one process (${a.text('pid')})`
      : `${a.plural('processes', 'process', 'processes')}`) +
    ', by what they share: private futexes, descriptors, ends. strace says it on the terminal only (Process N attached with M threads)',
  'missing-halves': (a) =>
    `lines are missing within ${a.text('path')}: ` +
    [
      a.number('returns') > 0 && `${a.plural('returns', 'call')} did not return though the thread went on`,
      a.number('beginnings') > 0 && `of ${a.plural('beginnings', 'call')} only the return is there`,
    ]
      .filter((part) => part !== false)
      .join(', ') +
    '. Give the recording whole: not what grep or a viewer shows of it, with the column of threads, and with larger buffers where perf lost events (-m 64M)',
  'processes-unknown': (a) =>
    `of ${a.plural('threads', 'thread')} nothing in the trace tells which are of one process: each is taken for one of its own, so descriptors of one are ` +
    'not known to the others. Record without -P, -z, -Z and -e, or with clone, clone3, fork, vfork and futex among the calls of -e trace',
  'foreign-tracer': (a) =>
    `${a.text('path')} was read as asked, though it looks like ${a.text('what')}: times, errors and names may be wrong. ${a.text('advice')}`,
  'several-sources': (a) =>
    `${a.text('path')} holds lines of several recordings (${a.text('sources')}): their threads cannot be told apart. Give each of them alone`,
  'threads-left-out': (a) =>
    `the lines of ${a.text('path')} name no thread, but beside their calls stand numbers that come again as those of threads do (${a.text('numbers')}): if they are threads, write each before its line as [pid 4711], for now all calls are of one`,
  'wrapped-lines': (a) =>
    `${a.text('what')} in the lines of ${a.text('path')}: taken off, as no part of the trace` +
    (a.has('times')
      ? '; its times are used, as the trace has none of its own: they tell when a line was written, the end of a call: where it shows no duration, its beginning is not known'
      : ''),
  'truncated-input': (a) =>
    `${a.text('path')} ends in the middle of a record at byte ${a.count('offset')}: its last moments are missing`,
  'damaged-input': (a) =>
    `${a.text('path')} is damaged from byte ${a.count('offset')} on (${a.text('reason')}): what came before is used`,
  'no-durations': () => 'the trace has no durations (record with strace -T): slow calls cannot be told from fast ones',
  'no-times': (a) =>
    'the trace has no times (record with strace -ttt): ' +
    (a.has('durations')
      ? "each thread's calls are put one after the other by their durations; pauses between them, and rates, cannot be told"
      : 'rates and gaps cannot be told'),
  'coarse-times': (a) =>
    'the times are whole seconds (record with strace -ttt): ' +
    (a.has('durations')
      ? "within a second each thread's calls are put one after the other by their durations"
      : 'nothing but the order is known of what happened within a second'),
  'differences-between-files': (a) =>
    'the times are differences (strace -ff -r), which strace takes between lines of all files, not of one: ' +
    (a.has('durations')
      ? `the calls are put one after the other by their durations, and what is between the threads of ${a.text('path')} may be wrong`
      : 'they were left out, only the order of the calls is used') +
    '; record with strace -ff -ttt -T',
  'differences-too-small': (a) =>
    `the differences between the lines of ${a.text('path')} (strace -r) miss ${a.seconds('lost')} of the ${a.seconds('span')} ` +
    'that its calls took: is it one of several files of strace -ff? Its calls are put one after the other by their durations; ' +
    'record with strace -ttt -T',
  'clock-set-back': (a) =>
    `the time goes back by ${a.seconds('back')} at line ${a.count('line')} of ${a.text('path')}` +
    (a.number('times') > 1 ? `, and ${a.plural('more', 'more time')} behind it` : '') +
    ': are these several recordings? Analyse each by itself, or with --from and --to',
  'out-of-order': (a) =>
    `${a.plural('events', 'event of a thread', 'events of threads')} stood after a later one and were put in order: is ` +
    `${a.text('path')} one recording?`,
  // The signatures.
  'ended-later': (a) =>
    `as --ended says, the recording went on until ${a.moment('at')} (UTC on the wall clock), ${a.seconds('seconds')} after its last record`,
  'ends-in-code': (a) =>
    `the trace ends at ${a.moment('at')} while no thread is in a call: if the recording went on, the program computes since then; give the ` +
    'moment when it was stopped with --ended',
  'window-clipped': (a) =>
    `the window asked for reaches beyond the trace: analysed is ${a.moment('from')} to ${a.moment('to')} (plain numbers are ` +
    "seconds of the trace's own clock, +500s is 500 s after its first event)",
  'program-unknown': (a) => `the trace does not tell its program; taken to be ${a.text('program')}`,
  'no-signatures': () =>
    'there are no signatures, so no function has a name: record the program in good health with stacks (strace -f -ttt -T -yy ' +
    '-k -s 0 -o profile.strace-k -p PID), perfscope learn profile.strace-k -o app.signatures.json, and analyze with -s ' +
    'app.signatures.json',
  'own-stacks': (a) =>
    `there are no signatures: ${a.plural('functions', 'function')} of ${a.text('program')} are named by the trace's own stacks, and ` +
    `the window is compared with its own beginning`,
  'profile-of-other': (a) =>
    `no stack of ${a.text('path')} comes from ${a.text('program')}: it teaches nothing of it (learn each program by itself)`,
  // The binary.
  'binary-stripped': (a) =>
    `${a.text('path')} has no symbol table: of its ${a.plural('functions', 'function')} ${a.count('named')} have names, the others are ` +
    'known by their addresses (install the package with its symbols, or give --debug-files)',
  'stacks-broken': (a) =>
    `${a.percent('share')} of perf's stacks break off ` +
    (a.has('unmapped')
      ? 'where it lost the records of which file is mapped there: its buffer was too small for a busy machine'
      : "behind the system call's wrapper: perf -g follows frame pointers, which most of what is installed has not") +
    `. Record with ${a.text('advice')}`,
  'binary-other-build': (a) =>
    a.has('learned')
      ? `${a.text('path')} is another build of ${a.text('object')} than the one learned (build id ${a.text('build')}, not ${a.text('learned')}): what it tells may be wrong`
      : `${a.text('path')} is not the build of ${a.text('object')} that was recorded: its names were not used`,
  'trace-other-build': (a) =>
    `the trace is of another build of ${a.text('object')} than the one learned (build id ${a.text('build')}, not ${a.text('learned')}): ` +
    `learn from that build, or take the names with care`,
  'binary-unused': (a) => `method ${a.text('method')} makes no use of --binary`,
  'binary-differs': (a) =>
    `${a.text('path')} holds ${a.count('seen')} of the ${a.plural('functions', 'learned function')} of ${a.text('program')}: ` +
    `is it that program, and the same build?`,
  // The run.
  // Results folders.
  'journal-aside': (a) => `the journal was no file: it is ${a.text('path')} now, and all is done again`,
  'journal-lines': (a) =>
    `${a.text('path')}: ${a.plural('lines', 'line')} of the journal (the first is line ${a.count('first')}) could not be read: ` +
    'what they told of is done again',
  'lock-damaged': (a) => `${a.text('path')} was no lock of perfscope, and was set aside`,
  'results-of-version': (a) =>
    `${a.plural('incidents', 'result is', 'results are')} of perfscope ${a.text('version')}, not of this version (${a.text('own')}): ` +
    'run batch on the archive again before you compare them with others',
  'result-missing': (a) =>
    `the result of ${a.text('incident')} is missing or was changed: run batch on its archive again`,
  'result-missing-of': (a) =>
    `the result of ${a.text('incident')} is missing or was changed: run batch on ${a.text('archive')} again`,
  'archive-replaced': (a) =>
    `results of ${a.text('before')} are replaced by those of ${a.text('archive')}: the incidents have the same names`,
  // Queues.
  'queue-lost': (a) => `the connection to ${a.text('queue')} was lost; trying again until it is back`,
  'queue-back': (a) => `the queue is back after ${a.seconds('after')}`,
  'queue-error': (a) => `the queue says: ${a.text('reason')}`,
  'queue-idle': (a) =>
    `no worker is at work on the queue: start perfscope worker --queue ${a.text('queue')}, of this version of perfscope`,
  'queue-others': (a) =>
    `${a.plural('workers', 'worker')} at the queue, but of another perfscope or Node.js (${a.text('other')}, not ${a.text('own')}), which would give other results: start perfscope worker --queue ${a.text('queue')} as it is installed here`,
  'queue-found': (a) => `${a.plural('incidents', 'incident')} had been done by workers since the last time`,
  'queue-left': (a) =>
    `${a.plural('incidents', 'incident')} stay in the queue and go on being worked on; the same command again collects them`,
  'queue-again': (a) => `${a.text('incident')} is asked for again: ${a.text('reason')}`,
  // The flight recorder at work.
  'watch-recording': (a) => `recording with ${a.text('backend')}: ${a.text('command')}`,
  'watch-recorder': (a) => a.text('line'),
  'watch-orphan': (a) => `process ${a.text('pid')} still recorded for a watch that was killed: ended`,
  'watch-process-ended': (a) => `ended: process ${a.text('ended')}; still recorded: ${a.text('left')}`,
  'watch-ended': (a) => `recording ended: ${a.text('reason')}`,
  'watch-not-started': (a) => `recording could not be started, and is tried again: ${a.text('reason')}`,
  'watch-not-stopped': (a) => `recording did not end as it should: ${a.text('reason')}`,
  'watch-listening': (a) => `listening on ${a.text('where')}`,
  'watch-over': () => 'watch has ended',
  'watch-open': (a) => `trigger (${a.text('source')}): ${a.text('reason')}; incident ${a.text('incident')} opened`,
  'watch-join': (a) =>
    `trigger (${a.text('source')}): ${a.text('reason')}; belongs to incident ${a.text('incident')}, which waits for its snapshot`,
  'watch-repeat': (a) =>
    `trigger (${a.text('source')}): ${a.text('reason')}; known, from incident ${a.text('incident')} on`,
  'watch-refuse': (a) => `trigger (${a.text('source')}) refused, ${refusal(a)}: ${a.text('reason')}`,
  'watch-no-snapshot': (a) =>
    `no snapshot of incident ${a.text('incident')} yet (${a.text('reason')}): it is tried again while the recorder holds its moment`,
  'watch-lost': (a) => `there is no snapshot of incident ${a.text('incident')}: ${a.text('reason')}`,
  'watch-resumed': (a) => `incident ${a.text('incident')} was not analysed before watch ended: that is done now`,
  'watch-analysed': (a) => `incident ${a.text('incident')} analysed in ${a.seconds('took')}: ${a.text('verdict')}`,
  'watch-analysis-failed': (a) => `incident ${a.text('incident')}: ${a.text('reason')}`,
  'watch-fault': (a) => `incident ${a.text('incident')} could not be dealt with: ${a.text('reason')}`,
  'watch-not-saved': (a) => `how incident ${a.text('incident')} stands could not be written down: ${a.text('reason')}`,
  'watch-undelivered': (a) =>
    `incident ${a.text('incident')} could not be delivered by ${a.text('delivery')}, and is tried again: ${a.text('reason')}`,
  'watch-given-up': (a) =>
    `incident ${a.text('incident')} could not be delivered by ${a.text('delivery')}: ${a.text('reason')}; it stays in its folder`,
  'watch-delivered': (a) => `incident ${a.text('incident')} delivered by ${a.text('delivery')}`,
  'watch-trace-removed': (a) => `over its quota: the trace of incident ${a.text('incident')} was removed`,
  'watch-incident-removed': (a) => `over its quota: incident ${a.text('incident')} was removed`,
  'watch-not-removed': (a) => `incident ${a.text('incident')} could not be removed: ${a.text('reason')}`,
  'watch-begun': (a) => `the snapshot of incident ${a.text('incident')} was cut short when watch ended: removed`,
  'watch-foreign': (a) => `${a.text('path')} is no folder of an incident: left alone`,
  'watch-damaged': (a) => `${a.text('path')} is damaged (${a.text('reason')}): passed over`,
  'watch-file-stays': (a) => `${a.text('path')} cannot be removed, so it pulls the trigger once: ${a.text('reason')}`,
  'watch-blind': (a) => `looking for triggers failed: ${a.text('reason')}`,
  'watch-refused-request': (a) => `a request for ${a.text('path')} was refused: ${a.text('reason')}`,
  'worker-ready': (a) => `waiting for incidents on ${a.text('queue')}, ${a.plural('jobs', 'thread')}`,
  'worker-done': (a) => `${a.text('incident')}: ${a.text('status')} in ${a.seconds('took')}`,
  'queue-waits': (a) => `the queue takes nothing at the moment, and is asked again until it does: ${a.text('reason')}`,
  'queue-works': () => 'the queue takes what it is given again',
  'worker-refused': (a) => `${a.text('incident')} was refused: ${a.text('reason')}`,
  'worker-given-back': (a) => `${a.text('incident')} was given back to the queue`,

  'time-limit': (a) => `stopped by the time limit while ${stage(a)}`,
  interrupted: (a) => `interrupted while ${stage(a)}`,
  // The default method: why the verdict.
  'alarm-rate': (a) =>
    `from about ${a.moment('at')}, ${a.percent('share')} of the calls go beyond what ${a.alone ? "the window's beginning leads" : "learning and the window's beginning lead"} one to expect`,
  'alarm-unlike': (a) =>
    `${a.percent('share')} of all calls go beyond what learning showed, from the window's beginning on: it began before`,
  'alarm-sluggish': (a) =>
    `from the window's beginning on, threads spend ${a.percent('share')} of a thread's time between calls beyond what learning showed: it began ` +
    'before',
  'alarm-busy': (a) =>
    `from about ${a.moment('at')}, a thread computes between calls for ${a.percent('share')} of its time, more than it ever did`,
  'alarm-blocked': (a) =>
    `from about ${a.moment('at')}, threads wait longer than ever ${a.alone ? 'before' : 'learned'}, for ${a.percent('share')} of their time`,
  'alarm-loop': (a) =>
    `${a.percent('share')} of all calls are one call repeated without a rest, far longer than ever ${a.learned}`,
  'alarm-leak': (a) =>
    `from about ${a.moment('at')}, ${a.count('share')} descriptors were opened and left open, which was not so before`,
  odds: (a) =>
    `from about ${a.moment('at')}, calls and time change more than a healthy server's do (${a.percent('odds')} sure; nothing alone would be enough)`,
  'no-odds': (a) => `but so much this server does while all is well, too: ${a.percent('odds')} sure of a defect`,
  'only-with-gaps': (a) =>
    `events were lost, in ${a.plural('gaps', 'stretch', 'stretches')} of ${a.seconds('seconds')} in all of which nothing is known: with that time it is ` +
    `${a.text('verdict') === 'bug' ? 'a bug' : 'slow surroundings'}, without it not. Record again, with a recorder that loses none`,
  'few-calls': (a) =>
    `${a.plural('calls', 'call')} cannot tell: record again (strace -f -ttt -T -yy -p PID), a minute or more, and from before the trouble on where ` +
    'that can be had',
  'few-learned': (a) =>
    `${a.plural('calls', 'call')} before that cannot tell what is usual: learn signatures, or record again from a minute before the trouble ` +
    'on, while the server works',
  'nearly-even': () =>
    'that may be or not: a recording that begins a minute before the trouble, and lasts longer, would settle it',
  'nothing-odd': (a) => `no detector found anything beyond ${a.alone ? "the window's beginning" : 'what was learned'}`,
  'slow-disk': (a) => `from about ${a.moment('at')}, as many calls to the disk take ${a.slower()}: it got slow`,
  'slow-network': (a) =>
    `from about ${a.moment('at')}, peers answer after ${a.slower()} and connections open late: the network got slow`,
  'slow-peer': (a) => `from about ${a.moment('at')}, the servers it asks answer after ${a.slower()}: they got slow`,
  'no-cpu': (a) =>
    `from about ${a.moment('at')}, threads that could run wait for a processor ${a.percent('after')} of the time (before: ` +
    `${a.percent('before')}), while other programs run`,
  stalled: (a) =>
    `from about ${a.moment('at')}, even calls that never wait take ${a.slower()}, and all steps between calls lose time alike: threads ` +
    'that could run wait for a processor',
  // The default method: evidence.
  'never-before': (a) => `${who(a)} repeated ${calls(a)} ${times(a)} from ${a.moment('from')}; never so ${a.learned}`,
  'far-more-often': (a) =>
    `${who(a)} repeated ${calls(a)} ${times(a)} from ${a.moment('from')}, where ${a.count('expected')} were to be expected`,
  'far-less-often': (a) =>
    `${calls(a)} came ${times(a)} after it began, where ${a.count('expected')} were to be expected`,
  'missing-step': (a) =>
    `the second of ${calls(a)} came next ${times(a)} after it began, where ${a.count('expected')} were to be expected: the way there is no ` +
    'longer taken',
  'slow-step': (a) =>
    `${who(a)} took ${a.seconds('seconds')} in all from one known call to the next, ${calls(a)}, where ${a.seconds('usual')} were to be ` +
    'expected: between them lies computing, or calls that were not learned there',
  'step-time': (a) =>
    `${who(a)} took ${a.seconds('seconds')} in all from one known call to the next, ${calls(a)}: longer, among all such steps, than in ` +
    'learning',
  'time-inside': (a) =>
    `${who(a)} spent ${a.seconds('seconds')} in all in ${calls(a)}, where ${a.seconds('usual')} were to be expected`,
  loop: (a) =>
    `${who(a)} repeated ${a.text('calls')} ${times(a)} in a row from ${a.moment('from')}; ${a.learned} ${a.count('expected')} in a row at most`,
  'left-open': (a) =>
    `${who(a)} opened descriptors by ${a.text('calls')} from ${a.moment('from')} and left ${a.count('count')} of ${a.count('opened')} open`,
  'busy-between': (a) =>
    `${who(a)} computed for ${a.seconds('seconds')} in all between ${calls(a)} from ${a.moment('from')} (at once ` +
    `${a.seconds('longest')} at most), longer than ever ${a.learned}`,
  'busy-between-for-ever': (a) =>
    `${who(a)} did not come back from ${calls(a)} since ${a.moment('from')}: it computed to the end of the window`,
  blocked: (a) =>
    `${who(a)} waited for ${a.seconds('seconds')} in all in ${calls(a)} from ${a.moment('from')} (at once ` +
    `${a.seconds('longest')} at most), longer than ever ${a.learned}`,
  'blocked-for-ever': (a) =>
    `${who(a)} entered ${calls(a)} from ${a.moment('from')} and ${a.plural('unfinished', 'call')} never returned ` +
    `(${a.seconds('seconds')} of waiting in all)`,
  'inferred-between': (a) =>
    `on no stack in learning; in the binary it is on a way from ${a.text('caller')}, where ${who(a)} was before, to ` +
    `${a.text('calls')}, ${times(a)} from ${a.moment('from')} (decoded as issued in ${a.text('issuer')})`,
  'inferred-issuer': (a) =>
    `on no stack in learning; in the binary it is on a way from ${a.text('caller')}, where ${who(a)} was before, to what can ` +
    `issue ${a.text('calls')}, ${times(a)} from ${a.moment('from')}`,
  // The paper's method.
  'abnormal-units': (a) => `${a.count('abnormal')} of ${a.plural('units', 'execution unit')} are unlike their kind`,
  'abnormal-episode': (a) =>
    `${who(a)} issued ${a.text('episode')} ${times(a)} in ${a.plural('units', 'abnormal unit')} from ${a.moment('from')}; ` +
    `learned in ${a.text('function')}`,
};

function refusal(a: Reader): string {
  return a.text('why') === 'queue-full' ? 'for too many snapshots wait for their analysis' : 'for watch is ending';
}

function stage(a: Reader): string {
  switch (a.text('stage')) {
    case 'analyze':
      return 'analysing: suspects are missing';
    case 'stacks':
      return 'decoding stacks: they are missing';
    case 'changes':
      return 'looking for what changed: that is missing';
    case 'work':
      return 'telling what the window is made of: that is missing';
    case 'timeline':
      return 'drawing the window over time: the timeline is missing';
    default:
      return a.text('stage');
  }
}

/** "thread 4711", "thread 4711 and 3 others". */
function who(a: Reader): string {
  const others = a.number('threads') - 1;
  return `thread ${a.text('thread')}${others > 0 ? ` and ${plural(others, 'other')}` : ''}`;
}

/** The calls that speak; the same one twice is said once. */
function calls(a: Reader): string {
  return [...new Set(a.text('calls').split(', '))].join(', ');
}

function times(a: Reader): string {
  const n = a.number('count');
  return n === 1 ? 'once' : n === 2 ? 'twice' : `${grouped(n)} times`;
}

/** The plain sentence of a message. A code without a sentence is shown as it is, with its arguments. */
export function sentence(message: Message, clock: Clock): string {
  const make = hasSentence(message.code) ? SENTENCES[message.code] : undefined;
  if (make !== undefined) return make(new Reader(message.args, clock));
  const args = Object.entries(message.args).map(([k, v]) => `${k} ${typeof v === 'number' ? grouped(v) : v}`);
  return args.length === 0 ? message.code : `${message.code}: ${args.join(', ')}`;
}

export function hasSentence(code: string): boolean {
  return Object.hasOwn(SENTENCES, code);
}
