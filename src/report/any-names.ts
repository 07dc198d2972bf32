/** Reports of documents whose names come from traces. */
import { visibleIn } from '../lib/visible.js';
import type { Reporter } from './reporter.js';

/** The reporters, for documents with names of any kind. JSON gives the names as they are, in its own escapes. */
export function forAnyNames<D>(reporters: readonly Reporter<D>[]): readonly Reporter<D>[] {
  return reporters.map((reporter) =>
    reporter.extension === 'json' && reporter.id.startsWith('json')
      ? reporter
      : { ...reporter, render: (document, context) => reporter.render(visibleIn(document), context) },
  );
}
