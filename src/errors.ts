/** Errors that a user can do something about: what, where, and what to do. Everything else is a bug and may throw as it likes. */
export const ERROR_CODES = [
  'usage',
  'config',
  'input-missing',
  'input-is-directory',
  'input-empty',
  'input-format',
  'input-damaged',
  'input-too-large',
  'signatures-invalid',
  'signatures-version',
  'program-mismatch',
  'window-empty',
  'no-stacks',
  'output',
  'queue',
  'record',
  'interrupted',
  'time-limit',
  'worker',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface Place {
  readonly path?: string;
  readonly line?: number;
  readonly offset?: number;
}

export class PerfscopeError extends Error {
  override readonly name = 'PerfscopeError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly place: Place = {},
    /** What the user can do about it; the CLI prints it on a line of its own. */
    readonly advice = '',
  ) {
    super(message);
  }
}

/** Plain form: an error thrown in a worker thread loses its class and fields, so workers return this instead. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: Place;
  readonly advice: string;
}

export function toPlainError(error: PerfscopeError): PlainError {
  return { code: error.code, message: error.message, place: error.place, advice: error.advice };
}

export function fromPlainError(error: PlainError): PerfscopeError {
  return new PerfscopeError(error.code, error.message, error.place, error.advice);
}
