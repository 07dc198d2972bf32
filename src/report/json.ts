/** The document itself, two spaces of indent. */
import type { ResultDocument } from '../result.js';
import type { Reporter } from './reporter.js';
import { visibleJson } from '../lib/visible.js';

export const jsonReporter: Reporter<unknown> = {
  id: 'json',
  what: 'the whole document (schema: docs/result.schema.json)',
  extension: 'json',
  render: (document) => visibleJson(JSON.stringify(document, null, 2)) + '\n',
};

/** What may be asked of an incident later is asked now: the trace may be gone by then. */
export const fullJsonReporter: Reporter<ResultDocument> = {
  ...jsonReporter,
  id: 'json-all',
  what: 'the document with all sections: what compare holds against another, or a page is made of',
  needs: ['stacks', 'changes', 'timeline', 'work'],
};
