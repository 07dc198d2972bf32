/** Packages that perfscope makes use of and does not bring along. */
import { PerfscopeError } from '../errors.js';

/**
 * Loads such packages.
 *
 * @param packages as `npm install` wants them
 * @throws PerfscopeError 'usage' with what to install when one is not there
 */
export async function loadOptional<T>(what: string, packages: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const message = missing ? `${what} needs ${packages.replaceAll(' ', ' and ')}` : (error as Error).message;
    throw new PerfscopeError('usage', message, {}, `Install it beside perfscope: npm install ${packages}`);
  }
}
