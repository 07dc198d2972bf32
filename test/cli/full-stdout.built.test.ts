/** A result that cannot be written where it was sent is a failure, whatever command and whatever way. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMAND, perfscope, scratchFolder } from './run.js';
import { INCIDENT, PROFILE } from './small-traces.js';

const scratch = scratchFolder();
const signatures = scratch.at('app.signatures.json');
const trace = scratch.at('incident.strace');
const hasFull = existsSync('/dev/full');
let full = -1;

beforeAll(async () => {
  writeFileSync(scratch.at('profile.strace-k'), PROFILE);
  writeFileSync(trace, INCIDENT);
  expect((await perfscope(['learn', scratch.at('profile.strace-k'), '-o', signatures, '-q'])).code).toBe(0);
  mkdirSync(scratch.at('bugs', 'one'), { recursive: true });
  writeFileSync(scratch.at('bugs', 'one', 'incident.strace'), INCIDENT);
  writeFileSync(scratch.at('bugs', 'one', 'profile-1.strace-k'), PROFILE);
  const truth = { id: 'one', system: 'server', category: 'retry-storm', rootCauseFunctions: ['retry'] };
  writeFileSync(scratch.at('bugs', 'one', 'case.json'), JSON.stringify({ ...truth, functionsInBinary: 100 }));
  const evaluation = await perfscope(['evaluate', scratch.at('bugs'), '-f', `json=${scratch.at('evaluation.json')}`]);
  expect(evaluation.stderr).toBe('');
  const batch = ['batch', trace, '-s', signatures, '-o', scratch.at('results'), '-q'];
  expect((await perfscope(batch)).code).toBe(0);
  if (hasFull) full = openSync('/dev/full', 'w');
}, 300_000);
afterAll(() => {
  if (full >= 0) closeSync(full);
  scratch.dispose();
});

const commands: [string, () => string[]][] = [
  ['--help', () => ['--help']],
  ['--version', () => ['--version']],
  ['help of a command', () => ['analyze', '--help']],
  ['completion', () => ['completion']],
  ['learn', () => ['learn', scratch.at('profile.strace-k'), '-o', scratch.at('other.json')]],
  ['analyze', () => ['analyze', trace, '-s', signatures]],
  ['inspect', () => ['inspect', trace]],
  ['evaluate', () => ['evaluate', scratch.at('bugs')]],
  [
    'regress',
    () => ['regress', scratch.at('bugs'), '--baseline', scratch.at('none'), '--update-baseline', '--attempts', '1'],
  ],
  ['compare', () => ['compare', scratch.at('evaluation.json'), scratch.at('evaluation.json')]],
  ['batch', () => ['batch', trace, '-s', signatures, '-o', scratch.at('results')]],
  ['merge', () => ['merge', scratch.at('results'), '-o', scratch.at('merged')]],
];
const reporting = commands.slice(4);

describe.skipIf(!hasFull)('/dev/full', () => {
  test.each(commands)(
    'as stdout: %s',
    async (_name, args) => {
      const { code, stderr } = await perfscope(args(), { stdout: full });
      expect(stderr).toContain('cannot write to standard output: the disk is full');
      expect(stderr).not.toContain('internal error');
      expect(code).toBe(3);
    },
    120_000,
  );

  test.each(reporting)(
    'as --format json=/dev/full: %s',
    async (_name, args) => {
      const { code, stderr } = await perfscope([...args(), '--format', 'json=/dev/full']);
      expect(stderr).toContain('/dev/full: cannot write the result: the disk is full');
      expect(code).toBe(3);
    },
    120_000,
  );

  test.each([['pretty'], ['json']])('as stderr: costs no result, and the exit code tells (%s)', async (format) => {
    const run = (file: string) => perfscope(['inspect', file, '-vv', '--log-format', format], { stderr: full });
    expect(await run(trace)).toMatchObject({ code: 0, stdout: (await perfscope(['inspect', trace])).stdout });
    expect((await run(scratch.at('nothing'))).code).toBe(3);
  });
});

test('a disk with room for a part of the result, as a limit on the size of files makes it', async () => {
  const file = scratch.at('part.json');
  const script = 'ulimit -f 2; exec "$0" "$@" > "$FILE"';
  const args = ['-c', script, process.execPath, COMMAND, 'analyze', trace, '-s', signatures, '-f', 'json'];
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile('bash', args, { env: { ...process.env, FILE: file } }, (error, _, said) =>
      resolve({ code: error?.code ?? 0, stderr: said }),
    );
  });
  expect(statSync(file).size).toBe(2048);
  expect(stderr).toContain('cannot write to standard output: the file would be larger than is allowed here');
  expect(code).toBe(3);
});

test('a reader that leaves early is no error, and the exit code is that of the command', () => {
  const through = (command: string) =>
    execFileSync(
      'bash',
      ['-c', `"$0" "$@" | true; echo \${PIPESTATUS[0]}`, process.execPath, COMMAND, ...command.split(' ')],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    ).trim();
  expect(through('--help')).toBe('0');
  expect(through(`inspect ${trace} -f json`)).toBe('0');
  expect(readFileSync(trace, 'utf8')).toBe(INCIDENT);
  mkdirSync(scratch.at('alone'));
  writeFileSync(scratch.at('alone', 'a.strace'), INCIDENT);
  expect(through(`batch ${scratch.at('alone')} -o ${scratch.at('failing')} --from +900s -q`)).toBe('3');
});
