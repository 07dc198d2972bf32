/** The command line as its users meet it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perfscope, scratchFolder } from './run.js';
import { INCIDENT, INCIDENT_EVENTS, PROFILE } from './small-traces.js';

const folder = scratchFolder();
const signatures = folder.at('app.signatures.json');
const trace = folder.at('incident.strace');
const validate = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(new URL('../../docs/result.schema.json', import.meta.url), 'utf8')) as object,
);

beforeAll(async () => {
  writeFileSync(folder.at('profile.strace-k'), PROFILE);
  writeFileSync(trace, INCIDENT);
  const learned = await perfscope(['learn', folder.at('profile.strace-k'), '-o', signatures]);
  expect(learned).toMatchObject({ code: 0, stderr: '' });
  expect(learned.stdout).toMatch(/^Learned \d+ functions of server from 1 trace/);
});
afterAll(() => folder.dispose());

const analyze = (...more: string[]) => perfscope(['analyze', trace, '-s', signatures, ...more]);

describe('help', () => {
  it('gives an overview, and the options of each command with examples', async () => {
    const overview = await perfscope(['--help']);
    expect(overview).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['learn', 'analyze', 'inspect', 'evaluate', 'compare']) {
      expect(overview.stdout).toContain(`  ${name} `);
      const help = await perfscope([name, '--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(/Examples:\n +perfscope /);
      expect(help.stdout).not.toContain('--unit-gap');
    }
    expect((await perfscope(['analyze', '--help-all'])).stdout).toContain('--unit-gap');
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await perfscope(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('is had in three ways, and the version in two', async () => {
    const help = await perfscope(['analyze', '--help']);
    expect(await perfscope(['help', 'analyze'])).toEqual(help);
    expect(await perfscope(['analyze', '-h'])).toEqual(help);
    expect(await perfscope(['-V'])).toEqual(await perfscope(['--version']));
  });

  it('prints scripts for completion, of which bash says that it understands its own', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const ended = await perfscope(['completion', shell]);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).toContain('perfscope --get-completions');
      if (shell === 'bash')
        expect(spawnSync('bash', ['-n'], { input: ended.stdout, encoding: 'utf8' }).stderr).toBe('');
    }
    expect((await perfscope(['--get-completions', 'an'])).stdout).toMatch(/^analyze\t/);
  });
});

describe('wrong usage', () => {
  it.each([
    [[], /Say what to do/],
    [['frobnicate'], /frobnicate/],
    [['analyse', 'x'], /Did you mean analyze/],
    [['analyze'], /analyze needs a trace/],
    [['help', 'lern'], /there is no command lern\n {2}Did you mean learn\?/],
    [['analyze', 'x', '-s', 'y', '--methd', 'z'], /there is no option --methd\n {2}Did you mean --method\?/],
    [['analyze', 'x', '-s', 'y', '-Z'], /there is no option -Z/],
    [['analyze', 'x', '-s', 'y', '--top', 'abc'], /--top abc: not a number/],
    [['analyze', 'x', '-s', 'y', '--top=0'], /--top 0: not a whole number from 1 on/],
    [['analyze', 'x', '-s', 'y', '--top'], /--top needs a value/],
    [['analyze', 'x', '-s', 'y', '--unit-gap', '1s'], /--unit-gap 1s: not a number/],
    [['analyze', '-s', 'y'], /analyze needs a trace\n {2}Usage: perfscope analyze <TRACE\.\.\.>/],
    [['compare', 'a', 'b', 'c'], /compare takes no c/],
    [['completion', 'bsh'], /Did you mean bash\?/],
    [['analyze', 'x', '-s', 'y', '--method', 'magic'], /magic/],
    [['analyze', 'x', '-s', 'y', '--jobs', 'many'], /--jobs/],
    [['analyze', 'x', '-s', 'y', '--unit-gap=-1'], /--unit-gap -1: out of range/],
    [['analyze', 'x', '-s', 'y', '-f', 'tabel'], /Formats are: table/],
    [['analyze', 'x', '-s', 'y', '-f', 'table', '-f', 'json'], /two reports for stdout/],
  ])('%j: exit 2, on stderr only', async (args, words) => {
    const ended = await perfscope(args);
    expect(ended.stderr).toMatch(words);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('analyze', () => {
  it('names the loop, in a result that is valid', async () => {
    const ended = await analyze('--format', 'json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const result = JSON.parse(ended.stdout);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(result.trace).toMatchObject({ format: 'strace', events: INCIDENT_EVENTS, threads: 1, unfinished: 0 });
    expect(result.suspects.length).toBeGreaterThan(0);
    expect(result.suspects.length).toBeLessThanOrEqual(10);
  });

  it('writes several reports at once, files whole', async () => {
    const ended = await analyze(
      '-f',
      'table',
      '-f',
      `json=${folder.at('r.json')}`,
      '-f',
      `markdown=${folder.at('r.md')}`,
    );
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^trace /);
    expect(JSON.parse(readFileSync(folder.at('r.json'), 'utf8')).schemaVersion).toBe(2);
    expect(existsSync(folder.at('r.md'))).toBe(true);
    expect(readdirSync(folder.path).filter((f) => f.endsWith('.tmp'))).toEqual([]);
  });

  it('fits the terminal, and colours only when told to', async () => {
    const narrow = await perfscope(['analyze', trace, '-s', signatures], { env: { COLUMNS: '60' } });
    for (const line of narrow.stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(60);
    const escape = String.fromCharCode(27);
    const coloured = (args: string[], env: NodeJS.ProcessEnv) =>
      perfscope(['analyze', trace, '-s', signatures, ...args], { env }).then((e) => e.stdout.includes(escape));
    for (const CI of ['', 'true']) expect(await coloured([], { NO_COLOR: '', CI })).toBe(false);
    expect(await coloured([], { NO_COLOR: '', FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured(['--no-color'], { NO_COLOR: '', FORCE_COLOR: '1' })).toBe(false);
    expect(await coloured(['--color'], {})).toBe(true);
  });

  it('looks at the window only', async () => {
    const result = JSON.parse((await analyze('--window', '1s', '-f', 'json')).stdout);
    expect(result.window.to - result.window.from).toBeCloseTo(1, 6);
    const minus = JSON.parse((await analyze('--from', '-2s', '-f', 'json')).stdout);
    expect(minus.window.to - minus.window.from).toBeCloseTo(2, 6);
  });

  it('reads stdin, compressed or not', async () => {
    for (const stdin of [INCIDENT, gzipSync(INCIDENT)]) {
      const ended = await perfscope(['analyze', '-', '-s', signatures, '-f', 'json'], { stdin });
      expect(JSON.parse(ended.stdout).trace.events).toBe(INCIDENT_EVENTS);
    }
  });

  it('takes what stands behind -- for files', async () => {
    const cwd = scratchFolder();
    writeFileSync(cwd.at('--odd.strace'), INCIDENT);
    const ended = await perfscope(['analyze', '-s', signatures, '-f', 'json', '--', '--odd.strace'], { cwd: cwd.path });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout).trace.path).toBe('--odd.strace');
    cwd.dispose();
  });

  it('fails on the verdicts that a script names', async () => {
    const { verdict } = JSON.parse((await analyze('-f', 'json')).stdout) as { verdict: string };
    const other = verdict === 'bug' ? 'none' : 'bug';
    expect((await analyze('--fail-on', verdict)).code).toBe(1);
    expect((await analyze('--fail-on', other)).code).toBe(0);
    expect((await analyze('--fail-on', other, '--fail-on', verdict)).code).toBe(1);
  });

  it('knows no hour 99', async () => {
    const ended = await analyze('--from', '99:99');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/--from 99:99: no time of day/);
  });

  it('takes the last of an option that is given twice', async () => {
    const result = JSON.parse((await analyze('--top', '5', '--top', '2', '-f', 'json')).stdout);
    expect(result.suspects).toHaveLength(2);
  });

  it('gives the same document whatever the number of jobs, times aside', async () => {
    const run = async (jobs: string) => {
      const result = JSON.parse((await analyze('-f', 'json', '-j', jobs)).stdout);
      return JSON.stringify({ ...result, timing: null, peakMemoryBytes: null });
    };
    expect(await run('2')).toBe(await run('1'));
  });
});

describe('settings', () => {
  it('come from flag, environment and config file, in this order', async () => {
    const cwd = scratchFolder();
    writeFileSync(cwd.at('perfscope.config.json'), JSON.stringify({ top: 1, unitGap: 0.3, output: 'ignored here' }));
    const run = async (args: string[], env = {}) => {
      const ended = await perfscope(['analyze', trace, '-s', signatures, '-f', 'json', ...args], {
        cwd: cwd.path,
        env,
      });
      expect(ended.stderr).toBe('');
      return JSON.parse(ended.stdout);
    };
    expect(await run([])).toMatchObject({ parameters: { unitGap: 0.3 } });
    expect((await run([])).suspects).toHaveLength(1);
    expect(await run([], { PERFSCOPE_UNIT_GAP: '0.2' })).toMatchObject({ parameters: { unitGap: 0.2 } });
    expect(await run(['--unit-gap', '0.1'], { PERFSCOPE_UNIT_GAP: '0.2' })).toMatchObject({
      parameters: { unitGap: 0.1 },
    });

    writeFileSync(cwd.at('perfscope.config.json'), JSON.stringify({ unitGapp: 1 }));
    const wrong = await perfscope(['analyze', trace, '-s', signatures], { cwd: cwd.path });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/perfscope\.config\.json: unitGapp/);
    cwd.dispose();
  });
});

describe('logs', () => {
  it('are JSON lines when asked for, errors too', async () => {
    const ended = await perfscope(['analyze', folder.at('gone'), '-s', signatures, '--log-format', 'json']);
    expect(ended.code).toBe(3);
    const line = JSON.parse(ended.stderr.trim());
    expect(line).toMatchObject({ level: 50, code: 'input-missing', place: { path: folder.at('gone') } });
  });
});

describe('learn', () => {
  it('takes several recordings, and writes the same file again', async () => {
    writeFileSync(folder.at('second.strace-k'), PROFILE.replaceAll('4711', '815'));
    const learnTo = (name: string) =>
      perfscope(['learn', folder.at('profile.strace-k'), folder.at('second.strace-k'), '-o', folder.at(name)]);
    expect((await learnTo('two.json')).stdout).toMatch(/^Learned \d+ functions of server from 2 traces/);
    await learnTo('again.json.gz');
    const again = gunzipSync(readFileSync(folder.at('again.json.gz'))).toString('utf8');
    expect(again).toBe(readFileSync(folder.at('two.json'), 'utf8'));
  });
});

describe('inspect', () => {
  it('tells what is in a trace', async () => {
    const ended = await perfscope(['inspect', trace]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/format +strace: /);
    expect(ended.stdout).toMatch(/recvfrom +1,500 /);
    const json = JSON.parse((await perfscope(['inspect', trace, '-f', 'json'])).stdout);
    expect(json).toMatchObject({ trace: { events: INCIDENT_EVENTS }, hasStacks: false, schedulerEvents: 0 });
    expect(json.calls.find((c: { call: string }) => c.call === 'sendto')).toMatchObject({ count: 1500, failed: 0 });
  });
});

describe('compare', () => {
  it('shows what moved, and fails when asked to', async () => {
    const [a, b] = [folder.at('a.json'), folder.at('b.json')];
    await analyze('-f', `json=${a}`);
    await analyze('-f', `json=${b}`);
    const same = await perfscope(['compare', a, b, '--fail-on-change']);
    expect(same).toMatchObject({ code: 0, stderr: '' });
    expect(same.stdout).toContain('Nothing moved.');
    await analyze('--to', '+500ms', '-f', `json=${b}`);
    expect(await perfscope(['compare', a, b, '--fail-on-change'])).toMatchObject({ code: 1 });
    writeFileSync(folder.at('no-result.json'), 'strace: no');
    const wrong = await perfscope(['compare', a, folder.at('no-result.json')]);
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    expect(wrong.stderr).toMatch(/no-result\.json: not JSON/);
  });

  it('holds windows of traces against each other, and results that were kept against traces', async () => {
    const kept = folder.at('kept.json');
    await analyze('--to', '+800ms', '-f', `json-all=${kept}`);
    const { code, stdout, stderr } = await perfscope([
      'compare',
      kept,
      trace,
      '-s',
      signatures,
      '--window-after',
      '+1s..',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/before .*incident\.strace: 0\.8 s/);
    expect(stdout).toMatch(/Episodes that are gone\n[^]*epoll_wait:epoll/);
    const windows = ['--window-before', '..+800ms', '--window-after', '+1s..'];
    const both = await perfscope(['compare', trace, trace, '-s', signatures, ...windows, '-f', 'json']);
    expect(JSON.parse(both.stdout)).toMatchObject({
      kind: 'result',
      changed: true,
      windows: { before: { from: 0, to: 0.8 } },
    });
    expect((await perfscope(['compare', kept, trace, '--window-before', '..+1s'])).stderr).toMatch(
      /--window-before is for traces/,
    );
    expect((await perfscope(['compare', trace, trace, '--window-after', 'noon'])).stderr).toMatch(/not a window/);
  });
});

describe('Ctrl-C', () => {
  /** More than a pipe holds: when all of it was taken, the run is reading, and has long said what Ctrl-C is to do. */
  const MUCH = INCIDENT.repeat(Math.ceil(2 ** 21 / INCIDENT.length));

  it('ends a run that waits for its input, with 130', async () => {
    const ended = await perfscope(['analyze', '-', '-s', signatures], {
      stdin: null,
      started: (child) => child.stdin!.write(MUCH, () => child.kill('SIGINT')),
    });
    expect(ended).toEqual({ code: 130, stdout: '', stderr: 'perfscope: interrupted\n' });
  });

  it('so does the time limit, with 3 and advice', async () => {
    const ended = await perfscope(['analyze', '-', '-s', signatures, '--time-limit', '500ms'], { stdin: null });
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/the time limit of 0\.5 s is over\n {2}Raise --time-limit/);
  });
});
