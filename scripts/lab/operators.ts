/**
 * The faults that a function can get. Each is a kind of mistake that programmers make: work left out, errors that are made up or
 * come too late, slow work, a wait, work done over and over, a loop without an end, a lock around too much.
 */
import type { Rng } from './rng.js';
import type { TargetFunction } from './target/program.js';

/** Numbers are those of `enum operator` in native/faults.c. */
export const OPERATOR_NUMBERS = {
  off: 0,
  count: 1,
  skip: 2,
  error: 3,
  'fail-after': 4,
  compute: 5,
  sleep: 6,
  repeat: 7,
  endless: 8,
  serialize: 9,
} as const;

export type OperatorNumberName = keyof typeof OPERATOR_NUMBERS;
export type Operator = Exclude<OperatorNumberName, 'off' | 'count'>;
export const OPERATORS = Object.keys(OPERATOR_NUMBERS).slice(2) as Operator[];

/** A fault with all that it needs. */
export interface Fault {
  readonly operator: Operator;
  /** One call in so many is faulty. */
  readonly every: number;
  /** compute, sleep, serialize. */
  readonly ms?: number;
  /** repeat. */
  readonly times?: number;
  /** What skip, error and fail-after return. */
  readonly value?: number;
  /** errno that error and fail-after leave. */
  readonly errno?: number;
}

/** `amount` of the slot in native/faults.c: nanoseconds, times or a value. */
export function slotAmount(fault: Fault): number {
  return fault.ms !== undefined ? Math.round(fault.ms * 1e6) : (fault.times ?? fault.value ?? 0);
}

const ERRNO = { EINTR: 4, EIO: 5, EAGAIN: 11, ECONNRESET: 104 };
const NAMES = new Map(Object.entries(ERRNO).map(([name, number]) => [number, name]));

/** Whether the fault can be put into the function without breaking what its callers are promised by the ABI. */
export function suits(operator: Operator, f: TargetFunction): boolean {
  return f.rust ? suitsRust(operator, f) : suitsC(operator, f);
}

function suitsC(operator: Operator, f: TargetFunction): boolean {
  switch (operator) {
    case 'skip':
      return f.size >= 40 && ['void', 'int', 'unsigned', 'bool', 'enum', 'pointer'].includes(f.returns);
    case 'error':
      return f.size >= 40 && ['int', 'enum'].includes(f.returns);
    case 'fail-after':
      return f.size >= 40 && ['int', 'enum'].includes(f.returns) && bodyCanBeCalled(f);
    case 'repeat':
      return f.size >= 60 && bodyCanBeCalled(f);
    case 'endless':
    case 'serialize':
      return bodyCanBeCalled(f);
    default:
      return true;
  }
}

/**
 * Rust has no number that means failure, and no null for a reference. Arguments that do not fit into two registers are addresses. What is
 * moved into a function can be moved only once, and an async function that has ended must not be polled again: both have a structure for
 * an argument.
 */
function suitsRust(operator: Operator, f: TargetFunction): boolean {
  switch (operator) {
    case 'skip':
      return f.size >= 40 && ['void', 'int', 'unsigned', 'bool'].includes(f.returns);
    case 'error':
    case 'fail-after':
      return false;
    case 'repeat':
    case 'endless':
      return f.size >= 60 && f.registers <= 6 && !f.structures;
    case 'serialize':
      return f.registers <= 6;
    default:
      return true;
  }
}

/** The stub calls the body with the argument registers alone: what lies on the caller's stack would be lost. */
function bodyCanBeCalled(f: TargetFunction): boolean {
  return !f.variadic && f.arguments <= 6 && !f.largeArguments && f.returns !== 'struct';
}

/** Draws the strength of a fault. Slow ones are made as slow as matters at the rate (calls/s) at which the function is called. */
export function strength(operator: Operator, rate: number, concurrent: boolean, rng: Rng): Fault {
  switch (operator) {
    case 'compute':
    case 'sleep':
    case 'serialize': {
      // Above 1 the calls cost more time than there is: in each thread, where threads wait beside each other.
      const busy = rng.between(1.5, 4) * (concurrent && operator !== 'serialize' ? 2.5 : 1);
      const every = rate > 1500 ? Math.round(rate / 100) : rng.chance(0.3) ? rng.pick([2, 4, 8]) : 1;
      const ms = Math.min(1500, Math.max(0.4, (busy / (rate / every)) * 1000));
      return { operator, every, ms: Math.round(ms * 100) / 100 };
    }
    case 'repeat':
      return { operator, every: 1, times: rng.pick([2, 5, 20, 60]) };
    case 'error':
    case 'fail-after':
      return { operator, every: rng.pick([1, 1, 1, 3]), value: -1, errno: rng.pick(Object.values(ERRNO)) };
    case 'skip':
      return { operator, every: rng.pick([1, 1, 1, 2, 4]), value: 0 };
    case 'endless':
      return { operator, every: 1 };
  }
}

export type Language = 'C' | 'Go' | 'Java' | 'Rust';

/** How functions of a language return nothing, and how they fail. */
const RETURNS: Record<Language, (fault: Fault, failure: string) => readonly [nothing: string, fails: string]> = {
  C: ({ value, errno }) => [`returns ${value}`, `returns ${value} with errno ${NAMES.get(errno!) ?? errno}`],
  Go: () => ['returns zero values', 'returns an error'],
  Rust: ({ value }) => [`returns ${value}`, 'fails'],
  Java: (_, failure) => ['returns zero or null', `throws ${failure}`],
};

/** What the fault does, after "the function ...". */
export function inWords(fault: Fault, language: Language, { throws = 'an exception' }: { throws?: string }): string {
  const [nothing, fails] = RETURNS[language](fault, throws);
  const texts: Record<Operator, string> = {
    skip: `${nothing} at once without doing its work`,
    error: `${fails} at once`,
    'fail-after': `does its work and then ${fails}`,
    compute: `computes for ${fault.ms} ms before its work`,
    sleep: `sleeps ${fault.ms} ms before its work`,
    repeat: `does its work ${fault.times} times over`,
    endless: 'does its work again and again and never returns',
    serialize: `takes one lock for all threads around its work and holds it ${fault.ms} ms longer (waiters in futex)`,
  };
  return `${texts[fault.operator]}, in ${fault.every === 1 ? 'every call' : `one call in ${fault.every}`}`;
}
