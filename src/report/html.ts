/** The result as one HTML file, for whoever is on call. */
import type { ResultDocument } from '../result.js';
import { pageData } from './html/page-data.js';
import { renderPage } from './html/page.js';
import { PAGE_SECTIONS } from './page-sections.js';
import type { Reporter } from './reporter.js';

export const htmlReporter: Reporter<ResultDocument> = {
  id: 'html',
  what: 'one page to look at: timeline, threads, evidence',
  extension: 'html',
  needs: PAGE_SECTIONS,
  render: (d) => {
    const data = pageData(d);
    return renderPage('incident', `${data.title} (${d.trace.path})`, data);
  },
};
