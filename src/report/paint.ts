/** Colours of a terminal. */
import { createRequire } from 'node:module';
import type picocolors from 'picocolors';

export type Paint = ReturnType<typeof picocolors.createColors>;

/** CommonJS, and loaded when something is painted: an import would search it for its exports first, 5 ms in every run. */
export function painter(color: boolean): Paint {
  return (createRequire(import.meta.url)('picocolors') as typeof picocolors).createColors(color);
}
