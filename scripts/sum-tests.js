// What the reports of several test runs (Vitest's JSON, one file a run) say together: each failed test by file, name and the first lines
// of its message, then the line of counts.
//   node scripts/sum-tests.js FOLDER
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** Lines about failures, in all and of one. */
const LINES = 20;
const LINES_EACH = 4;
const COLUMNS = 200;

const root = fileURLToPath(new URL('..', import.meta.url));

/** What to print of reports by the names of their runs; a report that is null could not be read, which is a failure. */
export function summed(reports) {
  let [passed, failed, skipped] = [0, 0, 0];
  const failures = [];
  for (const [run, report] of reports) {
    if (report === null) {
      failed++;
      failures.push([`${run}: ended without a report`]);
      continue;
    }
    passed += report.numPassedTests ?? 0;
    skipped += (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
    const found = (report.testResults ?? []).flatMap((file) => failuresOf(run, file));
    failed += Math.max(found.length, report.numFailedTests ?? 0);
    failures.push(...found);
  }
  return [...bounded(failures), `tests: ${passed} passed, ${failed} failed, ${skipped} skipped`];
}

/** Failed tests of a file; the file itself where it failed without one, for it could not be loaded. */
function failuresOf(run, { name, status, message, assertionResults }) {
  const file = path.isAbsolute(name) ? path.relative(root, name) : name;
  const tests = assertionResults.filter((test) => test.status === 'failed');
  if (tests.length > 0)
    return tests.map((test) => [
      `${run}: ${file}: ${test.fullName}`,
      ...firstLines((test.failureMessages ?? []).join('\n')),
    ]);
  return status === 'failed' ? [[`${run}: ${file}`, ...firstLines(message ?? '')]] : [];
}

function firstLines(message) {
  return stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
    .slice(0, LINES_EACH)
    .map((line) => `    ${line.trim()}`);
}

/** With many failures the messages go first, then names. */
function bounded(failures) {
  const whole = failures.flat();
  const lines = whole.length <= LINES ? whole : failures.map(([name]) => name);
  const kept = lines.slice(0, LINES).map((line) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line));
  return lines.length > kept.length ? [...kept, `... and ${lines.length - kept.length} more`] : kept;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  const files = readdirSync(folder).sort();
  const reports = files.map((file) => [path.basename(file, '.json'), readReport(path.join(folder, file))]);
  for (const line of summed(reports)) console.log(line);
}
