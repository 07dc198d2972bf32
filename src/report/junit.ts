/** The result as one JUnit test that fails when the program misbehaves: for watchers that only know test reports. */
import type { ResultDocument } from '../result.js';
import { junitText } from './junit-text.js';
import type { Reporter } from './reporter.js';
import { PLAIN } from './reporter.js';
import { verdictWords } from './summary.js';
import { tableReporter } from './table.js';

export const junitReporter: Reporter<ResultDocument> = {
  id: 'junit',
  what: 'a test that fails on verdict "bug"',
  extension: 'xml',
  render(d) {
    const text = tableReporter.render(d, PLAIN);
    const message = `${d.verdict}: ${verdictWords(d)}`;
    const seconds = Object.values(d.timing).reduce((a, b) => a + b, 0);
    const name = { name: d.trace.path, classname: `perfscope.${d.method}`, seconds };
    return junitText('perfscope analyze', [
      d.verdict === 'bug' ? { ...name, failure: { message, text } } : { ...name, output: text },
    ]);
  },
};
