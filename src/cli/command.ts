/** The contract of a command: its flags as data, and a function from parsed flags to an exit code. */
import type { Options } from 'yargs';
import type { Io } from './io.js';

/** What the list of commands says without loading any of them: `perfscope --help` must be quick. */
export interface CommandEntry {
  readonly name: string;
  /** Positional arguments as yargs writes them. */
  readonly positional: string;
  readonly what: string;
  /** Stage of the progress line that it begins with; none where it has none at once. */
  readonly begins?: string;
  load(): Promise<Command>;
}

export interface Positional {
  readonly describe: string;
  readonly array?: boolean;
  readonly demandOption?: boolean;
  /** What shells offer to complete it, instead of files. */
  readonly words?: readonly string[];
}

export interface Command {
  /** What the positional argument is, by its name. */
  readonly positionals: Readonly<Record<string, Positional>>;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [command: string, what: string])[];
  run(argv: Argv, io: Io): Promise<number>;
}

/** Parsed flags, by their names in camel case; yargs has checked their types. */
export type Argv = Readonly<Record<string, unknown>>;
