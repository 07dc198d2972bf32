/** What the exit code tells: a script can act on it without reading a word. */
import { type ErrorCode, PerfscopeError } from '../errors.js';

export const EXIT = {
  done: 0,
  /** A gate was crossed: a regression, a threshold. */
  gate: 1,
  /** The command line or the config file is wrong. */
  usage: 2,
  /** Some input failed. */
  input: 3,
  /** Interrupted; partial results were kept. 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

const CODES: Partial<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  'window-empty': EXIT.usage,
  interrupted: EXIT.interrupted,
};

export function exitCodeOf(error: unknown): number {
  return error instanceof PerfscopeError ? (CODES[error.code] ?? EXIT.input) : EXIT.input;
}
