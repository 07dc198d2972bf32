/** Real recordings, where this machine allows them. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perfscope, scratchFolder } from '../cli/run.js';
import { ftraceCommand } from '../../src/record/ftrace/command.js';
import { attached, startTracer } from '../../src/record/tracer.js';
import { type DoctorDocument, examine } from '../../src/record/doctor/doctor.js';

const scratch = scratchFolder();
afterAll(() => scratch.dispose());

let doctor: DoctorDocument;
beforeAll(async () => {
  doctor = await examine([], null);
});
const allowed = (id: string) => doctor.checks.find((c) => c.id === id)?.state === 'ok';

/** Opens a file that nobody else does, so often, in a process of its own. */
const OPENS = 40;
const PROGRAM = ['sh', '-c', `i=0; while [ $i -lt ${OPENS} ]; do : < /etc/hostname; i=$((i+1)); done`];

describe('record', () => {
  it.each(['strace', 'perf', 'ftrace'])('with %s: what the program did is in the file', async (backend) => {
    if (!allowed(backend)) return console.log(`skipped: ${backend} may not record on this machine`);
    const file = scratch.at(`by-${backend}`);
    const run = await perfscope(['record', '--backend', backend, '-o', file, '--', ...PROGRAM]);
    expect(run.stderr).toContain(`recording with ${backend}`);
    expect(run.code).toBe(0);
    const inspected = await perfscope(['inspect', file, '-f', 'json']);
    const { calls } = JSON.parse(inspected.stdout) as { calls: { call: string; count: number }[] };
    expect(calls.find((c) => c.call.startsWith('open'))?.count).toBeGreaterThanOrEqual(OPENS);
    if (backend !== 'strace') return;
    const about = JSON.parse(readFileSync(`${file}.meta.json`, 'utf8')) as Record<string, unknown>;
    expect(about).toMatchObject({ clock: 'CLOCK_REALTIME', lost: 0, to: expect.any(String) as string });
  });

  it.each(['strace', 'perf', 'ftrace'])('with %s: the program is as urgent as it would be alone', async (backend) => {
    if (!allowed(backend)) return console.log(`skipped: ${backend} may not record on this machine`);
    const run = await perfscope(['record', '--backend', backend, '-o', scratch.at(`nice-${backend}`), '--', 'nice']);
    expect(run).toMatchObject({ code: 0, stdout: `${getPriority()}\n` });
  });

  it('attached to a process, until Ctrl-C: the recording is kept', async () => {
    if (doctor.recorder === null) return console.log('skipped: nothing may record on this machine');
    const file = scratch.at('attached');
    const run = await perfscope(['record', '-p', String(process.pid), '-o', file], {
      started: (child) => {
        child.stderr?.on('data', (text: string) => text.includes('Ctrl-C ends it') && child.kill('SIGINT'));
      },
    });
    expect(run.stderr).toMatch(/recorded .*perfscope analyze/);
    expect(run.code).toBe(0);
    expect(readFileSync(file).length).toBeGreaterThan(0);
    const again = await perfscope(['record', '-p', String(process.pid), '-o', file]);
    expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining('there is a file of this name') as string });
  });

  it('by strace, of a process that is traced already: says by whom, and leaves no empty file in the way', async () => {
    if (!allowed('strace')) return console.log('skipped: strace may not record on this machine');
    const program = spawn('sleep', ['100'], { stdio: 'ignore' });
    const tracer = startTracer(['strace', '-o', '/dev/null', '-p', String(program.pid)], false);
    try {
      await attached(tracer, 'strace', '');
      const file = scratch.at('traced');
      const run = await perfscope(['record', '--backend', 'strace', '-p', String(program.pid), '-o', file]);
      const by = `process ${program.pid} is traced by process ${tracer.pid} (strace) already`;
      expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining(by) as string });
      expect(existsSync(file)).toBe(false);
    } finally {
      await tracer.stop();
      program.kill('SIGKILL');
    }
  });

  it('into a folder that is missing: the program is not started', async () => {
    if (doctor.recorder === null) return console.log('skipped: nothing may record on this machine');
    const run = await perfscope(['record', '-o', scratch.at('no', 'file'), '--', 'touch', scratch.at('started')]);
    expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining('there is no such folder') as string });
    expect(() => readFileSync(scratch.at('started'))).toThrow(/ENOENT/);
  });

  it('by ftrace, which cannot begin: the program that waits for it does not wait on', async () => {
    if (!allowed('ftrace')) return console.log('skipped: ftrace may not record on this machine');
    const recorder = startTracer(
      ftraceCommand({
        target: { kind: 'command', argv: ['touch', scratch.at('started')] },
        output: scratch.at('no', 'file'),
        switches: false,
        pack: false,
        ring: false,
      }),
      true,
    );
    // It ends when nobody holds its stderr any more, the program among them.
    expect(await recorder.ended).toMatchObject({ code: 1 });
    expect(recorder.said()).toContain('cannot open');
    expect(() => readFileSync(scratch.at('started'))).toThrow(/ENOENT/);
  });

  it('--print-command shows the command and runs nothing', async () => {
    if (!allowed('strace')) return console.log('skipped: there is no strace that may attach');
    const file = scratch.at('never');
    const run = await perfscope(['record', '--backend', 'strace', '--print-command', '-o', file, '--', 'touch', file]);
    expect(run.stdout).toBe(`strace -f -ttt -T -yy -s 0 -I 2 -o ${file} -- touch ${file}\n`);
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
  });

  it.each([
    [['-p', '2147483646'], 3, 'there is no process 2147483646'],
    [['--', '/no/such/program'], 3, 'there is no program /no/such/program'],
    [['-p', 'x'], 2, '--pid x: not the id of a process'],
    [[], 2, 'nothing to record'],
    [['-p', '1', '--comm', 'y'], 2, 'more than one thing to record'],
    [['--comm', 'y', '--max-size', 'big'], 2, '--max-size big: not a size'],
  ])('record %j: says what is wrong', async (args, code, message) => {
    const run = await perfscope(['record', ...args]);
    expect(run).toMatchObject({ code, stderr: expect.stringContaining(message) as string });
  });
});

it('doctor: exit code 0 when something can record; the same as JSON', async () => {
  const run = await perfscope(['doctor', '-f', 'json']);
  const document = JSON.parse(run.stdout) as DoctorDocument;
  expect(run.code).toBe(document.recorder === null ? 1 : 0);
  expect(document.checks.map((c) => c.id)).toEqual(['ftrace', 'perf', 'strace', 'tracefs', 'stacks']);
});
