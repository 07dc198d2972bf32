/** The document itself, two spaces of indent. */
import type { Reporter } from './reporter.js';

export const jsonReporter: Reporter<unknown> = {
  id: 'json',
  what: 'the whole document (schema: docs/result.schema.json)',
  extension: 'json',
  render: (document) => JSON.stringify(document, null, 2) + '\n',
};
