/** JUnit XML as Jenkins, GitLab and GitHub's annotators read it (https://llg.cubic.org/docs/junit/). */
export interface JunitCase {
  readonly name: string;
  readonly classname: string;
  readonly seconds: number;
  readonly failure?: { readonly message: string; readonly text: string };
  readonly error?: { readonly message: string; readonly text: string };
  readonly output?: string;
}

export function junitText(suite: string, cases: readonly JunitCase[]): string {
  const failures = cases.filter((c) => c.failure !== undefined).length;
  const errors = cases.filter((c) => c.error !== undefined).length;
  const total = cases.reduce((sum, c) => sum + c.seconds, 0);
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" time="${total.toFixed(3)}"`;
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites ${counts}>`];
  lines.push(`  <testsuite name="${escape(suite)}" ${counts}>`);
  for (const c of cases) {
    const head = `    <testcase name="${escape(c.name)}" classname="${escape(c.classname)}" time="${c.seconds.toFixed(3)}"`;
    const body = [
      ...(c.failure === undefined ? [] : [element('failure', c.failure)]),
      ...(c.error === undefined ? [] : [element('error', c.error)]),
      ...(c.output === undefined ? [] : [`      <system-out>${escape(c.output)}</system-out>`]),
    ];
    if (body.length === 0) lines.push(`${head}/>`);
    else lines.push(`${head}>`, ...body, '    </testcase>');
  }
  lines.push('  </testsuite>', '</testsuites>');
  return lines.join('\n') + '\n';
}

function element(tag: string, what: { message: string; text: string }): string {
  return `      <${tag} message="${escape(what.message)}">${escape(what.text)}</${tag}>`;
}

/** Escapes for text and attributes, and drops what XML 1.0 cannot hold at all. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
