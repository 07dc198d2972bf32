// The pictures of a result, by their files' names. Pure.
import { createHash } from 'node:crypto';
import { RESULT_REPORTERS } from '../../dist/src/index.js';
import { flameOf } from '../../dist/src/report/html/flame.js';
import { flameSvg, terminalSvg } from './svg.js';

const COLUMNS = 80;

/** @returns {Record<string, string>} */
export function picturesOf(result) {
  const table = RESULT_REPORTERS.find((r) => r.id === 'table').render(result, { width: COLUMNS, color: true });
  const command = '$ perfscope analyze incident.strace.gz -s haproxy.signatures.json\n';
  const suspects = result.suspects.slice(0, 3).map((s) => s.function);
  return {
    'session.svg': terminalSvg(command + upTo(table, 3), COLUMNS),
    'flame.svg': flameSvg(flameOf(result.stacks), suspects),
  };
}

/** Of the page of a result with its script and style: another one looks, or tells, different. */
export function pageDigest(result) {
  const html = RESULT_REPORTERS.find((r) => r.id === 'html');
  return createHash('sha256')
    .update(html.render(result, { width: COLUMNS, color: false }))
    .digest('hex');
}

/** The report with the reasons of its first suspects: paragraphs after the table. */
function upTo(report, paragraphs) {
  return report.split('\n\n').slice(0, paragraphs).join('\n\n');
}
