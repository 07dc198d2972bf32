/** The reporters by document. To add one: write a file beside this one, list it here; docs/architecture.md has the steps. */
import type { ResultDocument } from '../result.js';
import { csvReporter } from './csv.js';
import { htmlReporter } from './html.js';
import { fullJsonReporter, jsonReporter } from './json.js';
import { junitReporter } from './junit.js';
import { markdownReporter } from './markdown.js';
import { parquetSuspects, parquetUnits } from './parquet.js';
import type { FileReporter, Reporter } from './reporter.js';
import { sarifReporter } from './sarif.js';
import { chromeTraceReporter } from './stacks/chrome-trace.js';
import { firefoxReporter } from './stacks/firefox.js';
import { FOLDED_REPORTERS } from './stacks/folded.js';
import { speedscopeReporter } from './stacks/speedscope.js';
import { tableReporter } from './table.js';
import { forAnyNames } from './any-names.js';

export const RESULT_REPORTERS: readonly Reporter<ResultDocument>[] = forAnyNames([
  tableReporter,
  jsonReporter,
  fullJsonReporter,
  csvReporter,
  markdownReporter,
  htmlReporter,
  junitReporter,
  sarifReporter,
  ...FOLDED_REPORTERS,
  speedscopeReporter,
  chromeTraceReporter,
  firefoxReporter,
]);

/** Reports that are bytes: names in them are as they are, for no terminal reads them. */
export const RESULT_FILES: readonly FileReporter<ResultDocument>[] = [parquetSuspects, parquetUnits];
