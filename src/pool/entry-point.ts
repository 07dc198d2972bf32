/** Where the code of a thread lies. */
import { fileURLToPath } from 'node:url';

/**
 * The compiled entry point `dist/workers/<name>.js` of a thread. Seen from dist/src/coordinator it lies two folders up;
 * seen from src/coordinator (tests that run TypeScript as it is) it is what the last build made.
 */
export function entryPoint(name: string): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(`${here.endsWith('.ts') ? '../../dist' : '../..'}/workers/${name}.js`, here));
}
