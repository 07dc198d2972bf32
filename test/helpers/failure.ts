/** What is told to users when something fails. */
import { expect } from 'vitest';
import { PerfscopeError } from '../../src/errors.js';

/** The error that it ends with, which must be one for users. */
export async function failure(promise: Promise<unknown>): Promise<PerfscopeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(PerfscopeError);
  return error as PerfscopeError;
}
