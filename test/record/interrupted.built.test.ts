/** `record` told to end while its tracer begins, and tracers that are slow to end: no one is left that would record for ever. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { scratchFolder } from '../cli/run.js';
import { starter, until } from '../helpers/running.js';

const scratch = scratchFolder();
afterAll(() => scratch.dispose());
const start = starter();

/** A perf that can be tried, tells its process, and then does `what` until it is told to end. */
function perfThat(what: string): {
  readonly env: NodeJS.ProcessEnv;
  readonly runs: () => boolean;
  ended: () => boolean;
} {
  mkdirSync(scratch.at('bin'), { recursive: true });
  rmSync(scratch.at('pid'), { force: true });
  const script = `#!/bin/sh
case "$*" in version*) echo perf version 6.1; exit;; *true) exit;; esac
${what}
echo $$ > ${scratch.at('pid.new')}; mv ${scratch.at('pid.new')} ${scratch.at('pid')}
n=0; while [ $n -lt 3000 ]; do sleep .02; n=$((n+1)); done`;
  writeFileSync(scratch.at('bin', 'perf'), script);
  chmodSync(scratch.at('bin', 'perf'), 0o755);
  const pid = () => readFileSync(scratch.at('pid'), 'utf8').trim();
  return {
    env: { PATH: `${scratch.at('bin')}:${process.env.PATH ?? ''}` },
    runs: () => existsSync(scratch.at('pid')),
    ended: () => !existsSync(`/proc/${pid()}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid()}/status`, 'utf8')),
  };
}
const record = ['record', '--backend', 'perf', '-p', String(process.pid), '-o'];

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s before the tracer is attached', async (signal) => {
  const perf = perfThat('');
  const { child, ended } = start([...record, scratch.at(signal)], { env: perf.env });
  await until('perf', perf.runs);
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') as string });
  expect(perf.ended()).toBe(true);
});

it('the terminal ends: so does the recording, however often that is said, and it is kept', async () => {
  const [output, told, free] = [scratch.at('hung-up'), scratch.at('told'), scratch.at('free')];
  const perf = perfThat(
    `echo events > ${output}; trap 'echo > ${told}; while [ ! -e ${free} ]; do sleep .01; done; exit' INT`,
  );
  const { child, ended } = start([...record, output], { env: perf.env });
  /** Once more while perf is ending, which it does when that was heard. */
  const again = async (pid: number) => {
    await until('perf to be told', () => existsSync(told));
    process.kill(pid, 'SIGHUP');
    await until('it to hear', () => /^ShdPnd:\s+0+$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    writeFileSync(free, '');
  };
  child.stderr!.on('data', (text: string) => {
    if (!text.includes('Ctrl-C ends it')) return;
    child.kill('SIGHUP');
    void again(child.pid!);
  });
  expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('recorded') as string });
  expect(perf.ended()).toBe(true);
});

it('a second Ctrl-C leaves no tracer behind', async () => {
  const output = scratch.at('twice');
  const told = scratch.at('told-once');
  const perf = perfThat(`echo events > ${output}; trap 'echo > ${told}' INT`);
  const { child, ended } = start([...record, output], { env: perf.env });
  child.stderr!.on('data', (text: string) => {
    if (!text.includes('Ctrl-C ends it')) return;
    child.kill('SIGINT');
    // Two that come before the first is taken are one.
    void until('perf to be told', () => existsSync(told)).then(() => child.kill('SIGINT'));
  });
  expect((await ended).code).toBe(130);
  await until('the end of perf', perf.ended);
});
