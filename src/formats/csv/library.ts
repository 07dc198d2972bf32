/** csv-parse, which is loaded when it is first asked: few texts have anything that the scanner leaves to it. */
import { createRequire } from 'node:module';

type Module = typeof import('csv-parse/sync');

/** `parse` of csv-parse/sync. */
export const parse: Module['parse'] = (...args: Parameters<Module['parse']>) =>
  (createRequire(import.meta.url)('csv-parse/sync') as Module).parse(...args);
