/** What a mark is, and how many lines of a text must bear its sign. */

export interface Mark {
  readonly id: string;
  /** What did it, for people. */
  readonly what: string;
  /** Whether the first lines of a text bear it. Latin1. */
  sign(lines: readonly string[]): boolean;
  /** The line without it. */
  undo(line: string): string;
  /** Whether the line as it was given is the beginning of one that the next lines go on with. */
  goesOn?(line: string): boolean;
}

/** Share of the lines that bear a sign which output of the traced program between the lines may bear too. */
export const MANY = 1 / 4;

/** Whether so many of the lines bear it that it is none of the program's. */
export function many(lines: readonly string[], pattern: RegExp): boolean {
  const bearing = lines.filter((line) => pattern.test(line)).length;
  return bearing > 0 && bearing >= lines.filter((line) => !FRAME.test(line)).length * MANY;
}
/** Of strace -k: there may be many a record, and they show nothing of what is done to records. */
const FRAME = /^[\s>]* > \S+\(\S*\) \[0x/;
