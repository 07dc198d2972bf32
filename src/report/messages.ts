/**
 * The sentences of perfscope. Detectors, readers and the coordinator speak in codes and arguments; the words are made
 * here and nowhere else. An argument named `from`, `to` or `at` is seconds since the trace's first event.
 */
import type { Message } from '../result.js';
import type { Clock } from './text.js';
import { bytes, duration, grouped, moment, plural } from './text.js';

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
  plural(name: string, one: string, many?: string): string {
    return plural(this.number(name), one, many);
  }
  bytes(name: string): string {
    return bytes(this.number(name));
  }
}

const SENTENCES: Readonly<Record<string, Sentence>> = {
  // Input
  'skipped-lines': (a) =>
    `${a.plural('lines', 'line was', 'lines were')} not understood and left out` +
    (a.has('reason') ? ` (first: line ${a.text('line')}: ${a.text('reason')})` : ''),
  'truncated-input': () => 'the trace ends in the middle of a record: its last moments are missing',
  'no-durations': () => 'the trace has no durations (record with strace -T): slow calls cannot be told from fast ones',
  'no-times': () => 'the trace has no times (record with strace -ttt): rates and gaps cannot be told',
  'out-of-order': (a) => `${a.plural('lines', 'line was', 'lines were')} out of order in time and put in order`,
  'window-clipped': (a) => `the window was cut to the trace: ${a.moment('from')} to ${a.moment('to')}`,
  // Signatures
  'program-unknown': (a) =>
    `the trace does not tell its program; it is taken to be ${a.text('program')}, as the signatures say`,
  'few-functions': (a) => `only ${a.plural('functions', 'function')} learned: learn from longer or more varied runs`,
  'unknown-calls': (a) => `${a.count('calls')} of the window's calls are of kinds that learning never saw`,
  'time-limit': (a) => `stopped after ${a.seconds('seconds')} by the time limit, in stage ${a.text('stage')}`,
  interrupted: (a) => `interrupted in stage ${a.text('stage')}`,
};

/** The plain sentence of a message. A code without a sentence is shown as it is, with its arguments. */
export function sentence(message: Message, clock: Clock): string {
  const make = SENTENCES[message.code];
  if (make !== undefined) return make(new Reader(message.args, clock));
  const args = Object.entries(message.args).map(([k, v]) => `${k} ${typeof v === 'number' ? grouped(v) : v}`);
  return args.length === 0 ? message.code : `${message.code}: ${args.join(', ')}`;
}

export function hasSentence(code: string): boolean {
  return Object.hasOwn(SENTENCES, code);
}
