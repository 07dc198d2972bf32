/**
 * What the pieces of a perf.data file hold: its events in order of time, each a few words of 32 bits in the order of this machine, whatever the
 * samples of the recording looked like. A piece begins with the names and mappings that hold there.
 *
 *   word 0   kind, words of the event above bit 8 (an even number)
 *   word 1   tid
 *   word 2   pid
 *   word 3   CPU, -1 where none was recorded
 *   word 4   time, ns since the second that the recording begins with, as a double
 *   word 6   by kind, as below
 */
export { NAMED_ENTER, NAMED_EXIT, PROCESS_EXEC, PROCESS_EXIT, RAW_ENTER, RAW_EXIT, SWITCH } from './kinds.js';

/** Kinds beside those of kinds.ts: the thread has a name; a file is mapped by the process; records that tell nothing here; records that cannot be read. */
export const NAME = 8;
export const MAPPING = 9;
export const NOTICE = 10;
export const SKIPPED = 11;
/** While events wait for their turn: what others say of processes (processes.ts). */
export const PROCESS = 12;

export const HEAD_WORDS = 6;
/** Entry, exit: the number of the call, or of the tracepoint that tells its name. */
export const CALL = 6;
/** Entry, exit: addresses of the call chain, innermost first, two words each (low, high). */
export const CHAIN = 7;
/** Entry: low words of the arguments. Exit: what was returned, as a double. Behind them the chain. */
export const ARGS = 8;
export const RETURNED = 8;
export const ENTER_WORDS = 14;
export const EXIT_WORDS = 10;
/** Scheduler: tid that leaves the CPU, letter of its state, tid that gets it, bytes of its name. */
export const [PREVIOUS, STATE, NEXT, NEXT_NAME] = [6, 7, 8, 10];
export const SWITCH_WORDS = 14;
export const NAME_BYTES = 16;
/** NAME, PROCESS_EXEC: bytes of the text, text. */
export const [TEXT_BYTES, TEXT] = [6, 8];
/** MAPPING: begin, end, offset in the file as doubles; bytes of the path, path. */
export const [MAP_BEGIN, MAP_END, MAP_OFFSET, MAP_PATH_BYTES, MAP_PATH] = [6, 8, 10, 12, 14];
/** NOTICE, SKIPPED: records. */
export const COUNT = 6;
export const COUNT_WORDS = 8;

/** An even number of words. */
export function even(words: number): number {
  return (words + 1) & ~1;
}
