/** The document itself, two spaces of indent. */
import type { Reporter } from './reporter.js';
import { visibleJson } from './visible.js';

export const jsonReporter: Reporter<unknown> = {
  id: 'json',
  what: 'the whole document (schema: docs/result.schema.json)',
  extension: 'json',
  render: (document) => visibleJson(JSON.stringify(document, null, 2)) + '\n',
};
