/** Which events of a recording tell of what, and where in their raw data. Well-known layouts where the recording has none. */
import type { Tracepoint, TracepointField } from './tracing-data.js';

export const OTHER = 0;
export const RAW_ENTER = 1;
export const RAW_EXIT = 2;
export const NAMED_ENTER = 3;
export const NAMED_EXIT = 4;
export const SWITCH = 5;
export const PROCESS_EXIT = 6;
export const PROCESS_EXEC = 7;
export type EventKind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Most arguments of a call. */
export const ARGUMENTS = 6;

export interface EventLayout {
  readonly kind: EventKind;
  /** `raw_syscalls:sys_enter`; '' where nothing tells. */
  readonly name: string;
  /** Where fields stand in the raw data, in words of 32 bits: the number or the result of a call, its arguments; of other events see decoder.ts. */
  readonly first: number;
  readonly second: number;
  readonly third: number;
  /** Words of a number: 1 on machines of 32 bits. */
  readonly wide: boolean;
  readonly args: readonly number[];
  /** Letters of states by bit, from bit 0. */
  readonly states: string;
  /** Words that all of this takes. */
  readonly words: number;
}

/** TASK_REPORT of include/linux/sched.h, as __print_flags has it. */
const STATES = 'SDTtXZPI';

const NOTHING: EventLayout = {
  kind: OTHER,
  name: '',
  first: 0,
  second: 0,
  third: 0,
  wide: true,
  args: [],
  states: '',
  words: 0,
};

/** The layout of an event of that name; `described`: what the recording says of it. */
export function layoutOf(name: string, described: Tracepoint | null): EventLayout {
  const kind = kindOf(name);
  if (kind === OTHER) return { ...NOTHING, name };
  const fields = described === null || described.fields.length === 0 ? wellKnown(kind) : described.fields;
  const at = (wanted: string) => fields.find((field) => field.name === wanted && field.offset % 4 === 0) ?? null;
  const word = (field: TracepointField | null) => (field === null ? 0 : field.offset / 4);
  const base = { ...NOTHING, kind, name };
  switch (kind) {
    case RAW_ENTER: {
      const [id, args] = [at('id'), at('args')];
      if (id === null || args === null) return { ...NOTHING, name };
      const wide = id.size === 8;
      const starts = Array.from({ length: ARGUMENTS }, (_, i) => word(args) + i * (wide ? 2 : 1));
      return { ...base, first: word(id), wide, args: starts, words: (args.offset + args.size) >> 2 };
    }
    case RAW_EXIT: {
      const [id, result] = [at('id'), at('ret')];
      if (id === null || result === null) return { ...NOTHING, name };
      return {
        ...base,
        first: word(id),
        second: word(result),
        wide: id.size === 8,
        words: (result.offset + result.size) >> 2,
      };
    }
    case NAMED_ENTER: {
      const number = at('__syscall_nr') ?? at('nr');
      const args = fields.filter(({ offset }) => number !== null && offset > number.offset && offset % 4 === 0);
      const last = args.at(-1) ?? number;
      if (last === null) return { ...NOTHING, name };
      return { ...base, args: args.map(word).slice(0, ARGUMENTS), words: (last.offset + last.size) >> 2 };
    }
    case NAMED_EXIT: {
      const result = at('ret');
      if (result === null) return { ...NOTHING, name };
      return { ...base, second: word(result), wide: result.size === 8, words: (result.offset + result.size) >> 2 };
    }
    case SWITCH: {
      const [previous, state, next, comm] = [at('prev_pid'), at('prev_state'), at('next_pid'), at('next_comm')];
      if (previous === null || state === null || next === null || comm === null) return { ...NOTHING, name };
      const words = Math.max(next.offset + 4, comm.offset + 16, state.offset + state.size) >> 2;
      const states = statesOf(described?.print ?? '');
      const [first, second, third] = [word(previous), word(next), word(comm)];
      return { ...base, first, second, third, args: [word(state)], wide: state.size === 8, states, words };
    }
    case PROCESS_EXEC: {
      const file = at('filename');
      return file === null ? { ...NOTHING, name } : { ...base, first: word(file), words: word(file) + 1 };
    }
    default:
      return base;
  }
}

function kindOf(name: string): EventKind {
  if (name === 'raw_syscalls:sys_enter') return RAW_ENTER;
  if (name === 'raw_syscalls:sys_exit') return RAW_EXIT;
  if (name.startsWith('syscalls:sys_enter_')) return NAMED_ENTER;
  if (name.startsWith('syscalls:sys_exit_')) return NAMED_EXIT;
  if (name === 'sched:sched_switch') return SWITCH;
  if (name === 'sched:sched_process_exit') return PROCESS_EXIT;
  return name === 'sched:sched_process_exec' ? PROCESS_EXEC : OTHER;
}

/** As kernels of 64 bits have them since 2009. */
function wellKnown(kind: EventKind): TracepointField[] {
  const field = (name: string, offset: number, size = 8): TracepointField => ({ name, offset, size });
  switch (kind) {
    case RAW_ENTER:
      return [field('id', 8), field('args', 16, 48)];
    case RAW_EXIT:
      return [field('id', 8), field('ret', 16)];
    case NAMED_ENTER:
      return [field('__syscall_nr', 8, 4), ...Array.from({ length: ARGUMENTS }, (_, i) => field(`a${i}`, 16 + 8 * i))];
    case NAMED_EXIT:
      return [field('__syscall_nr', 8, 4), field('ret', 16)];
    case SWITCH:
      return [field('prev_pid', 24, 4), field('prev_state', 32), field('next_comm', 40, 16), field('next_pid', 56, 4)];
    case PROCESS_EXEC:
      return [field('filename', 8, 4)];
    default:
      return [];
  }
}

/** `__print_flags(..., "|", { 0x0001, "S" }, ...)`: kernels number states differently. */
function statesOf(print: string): string {
  const letters: string[] = [];
  for (const [, value, letter] of print.matchAll(/\{ (0x[0-9a-f]+|\d+), "([A-Za-z])" \}/g)) {
    const bit = Math.log2(Number(value));
    if (Number.isInteger(bit) && bit < 31) letters[bit] = letter!;
  }
  return letters.length === 0 ? STATES : Array.from(letters, (letter) => letter ?? ' ').join('');
}

/** Bytes 8 to 15 of an event that tells of a call are its number, of one of the scheduler a name. */
const MOST_CALLS = 2048;

/** What an event of that raw data is likely to be, where nothing of the recording names it (perf was killed before it could). */
export function guessedLayout(w: Int32Array, raw: number, words: number, low: 0 | 1): EventLayout {
  const isNumber = words >= 4 && w[raw + 2 + low]! >= 0 && w[raw + 2 + low]! < MOST_CALLS && w[raw + 3 - low] === 0;
  // The size of raw data is one of 8 bytes and 4 more.
  if (isNumber && words === 17) return layoutOf('raw_syscalls:sys_enter', null);
  if (isNumber && words === 7) return layoutOf('raw_syscalls:sys_exit', null);
  if (!isNumber && words === 17) return layoutOf('sched:sched_switch', null);
  return { ...NOTHING, name: '?' };
}
