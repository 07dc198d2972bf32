/** What people get wrong: each has a message with a place and advice, its exit code, and no stack trace. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, perfscope, scratchFolder } from './run.js';
import { INCIDENT, INCIDENT_START, PROFILE } from './small-traces.js';

const folder = scratchFolder();
const signatures = folder.at('app.signatures.json');
const trace = folder.at('incident.strace');

beforeAll(async () => {
  writeFileSync(folder.at('profile.strace-k'), PROFILE);
  writeFileSync(trace, INCIDENT);
  const learned = await perfscope(['learn', folder.at('profile.strace-k'), '-o', signatures]);
  expect(learned).toMatchObject({ code: 0, stderr: '' });
});
afterAll(() => folder.dispose());

function put(name: string, content: string | Uint8Array): string {
  writeFileSync(folder.at(name), content);
  return folder.at(name);
}

const analyze = (file: string, ...more: string[]) => perfscope(['analyze', file, '-s', signatures, ...more]);

/** The error names the place, and advises; nothing is on stdout and no line looks like a stack trace. */
function expectError(ended: Ended, code: number, ...words: (string | RegExp)[]) {
  for (const word of words) expect(ended.stderr).toMatch(word);
  expect(ended.stderr).not.toMatch(/^\s+at |node:internal|internal error/m);
  expect(ended.stdout).toBe('');
  expect(ended.code).toBe(code);
  const [message, advice] = ended.stderr.split('\n');
  expect(message).toMatch(/^perfscope: /);
  expect(advice).toMatch(/^ {2}\S/);
}

describe('a trace that cannot be used', () => {
  it('missing file', async () => expectError(await analyze(folder.at('gone')), 3, folder.at('gone')));

  it('a folder that is no recording', async () => {
    mkdirSync(folder.at('empty-folder'));
    expectError(await analyze(folder.at('empty-folder')), 3, /empty-folder/);
  });

  it('empty file', async () => expectError(await analyze(put('empty', '')), 3, /empty/));

  it.each([
    ['strace', '7 1700000000.000001 --- SIGCHLD {si_signo=SIGCHLD} ---\n', /no system call in the trace/],
    ['perf-script', 'app 7/7 [001] 12.000001: sched:sched_wakeup: comm=a pid=1\n', /no system call in the trace/],
    ['csv', 'ts,tid,syscall,ret,dur\n', /no system call in the trace/],
  ])('no call in text read as %s is an error in inspect too', async (format, text, words) => {
    const file = put('without-calls', text);
    expectError(await perfscope(['inspect', file, '--input-format', format]), 3, words);
    expectError(await perfscope(['inspect', file]), 3, words);
  });

  it('binary garbage', async () => {
    const garbage = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7919 + (i >> 3) * 31) & 0xff);
    expectError(await analyze(put('garbage', garbage)), 3, /garbage/);
  });

  it('text of another kind', async () => {
    expectError(
      await analyze(put('notes.txt', 'Dear diary,\ntoday the server was slow.\n'.repeat(50))),
      3,
      /notes\.txt/,
    );
  });

  it('another format than the one that was asked for', async () => {
    expectError(await analyze(trace, '--input-format', 'perf-script'), 3, /incident\.strace/);
  });

  it('a signatures file', async () => expectError(await analyze(signatures), 3, /app\.signatures\.json/));

  it('gz whose compressed bytes are damaged at once', async () => {
    const damaged = gzipSync(INCIDENT).fill(0xff, 12, 200);
    expectError(await analyze(put('damaged.gz', damaged)), 3, /damaged\.gz/);
  });
});

describe('a trace of which a part can be used', () => {
  it('gz cut in the middle: what was there is analysed, with a warning', async () => {
    const whole = gzipSync(INCIDENT);
    const ended = await analyze(put('cut.gz', whole.subarray(0, whole.length * 0.7)), '-f', 'json');
    expect(ended.code).toBe(0);
    const result = JSON.parse(ended.stdout);
    expect(result.trace.truncated).toBe(true);
    expect(result.trace.events).toBeGreaterThan(100);
    expect(result.warnings.map((w: { code: string }) => w.code)).toContain('truncated-input');
  });

  it('lines that are no calls: counted, with the first place', async () => {
    const lines = INCIDENT.split('\n');
    lines.splice(10, 0, 'what is this', 'and this?');
    const ended = await analyze(put('littered', lines.join('\n')));
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/2 lines\s+were\s+not\s+understood[^]*line\s+11/);
  });

  it('times that jump back: put in order, with a warning', async () => {
    const lines = INCIDENT.trimEnd().split('\n');
    // Each with its neighbour; a text that is wholly reversed is refused.
    const jumped = lines.map((line, i) => (i === 0 ? line : (lines[((i - 1) ^ 1) + 1] ?? line))).join('\n') + '\n';
    const ended = await analyze(put('jumped', jumped), '-f', 'json');
    expect(ended.code).toBe(0);
    const result = JSON.parse(ended.stdout);
    expect(result.trace.span).toBeCloseTo(3.601, 2);
    expect(result.warnings.map((w: { code: string }) => w.code)).toContain('out-of-order');
  });
});

describe('signatures that do not fit', () => {
  it('missing', async () => {
    expectError(await perfscope(['analyze', trace, '-s', folder.at('none.json')]), 3, /none\.json/);
  });

  it('not a signatures file', async () => {
    expectError(await perfscope(['analyze', trace, '-s', put('x.json', '{"a":1}')]), 3, /x\.json/);
    expectError(await perfscope(['analyze', trace, '-s', trace]), 3, /incident\.strace/);
  });

  it('of another version', async () => {
    const newer = readFileSync(signatures, 'utf8').replace(/"schemaVersion":\s*1/, '"schemaVersion":99');
    expectError(await perfscope(['analyze', trace, '-s', put('new.json', newer)]), 3, /new\.json/, /99/);
  });

  it('of another program', async () => {
    const other = INCIDENT.replaceAll('/opt/app/server', '/usr/sbin/nginx');
    const file = put('nginx.strace', other);
    expectError(await analyze(file), 3, /nginx\.strace/, /no thread of server/, /--any-program/);
    expect((await analyze(file, '--any-program')).code).toBe(0);
  });
});

describe('a window outside the trace', () => {
  it.each([
    [['--from', '2030-01-01'], 2],
    [['--to', String(INCIDENT_START - 100)], 2],
    [['--from', '+10m'], 2],
  ])('%j', async (window, code) => {
    expectError(await analyze(trace, ...window), code, /incident\.strace/, /outside the trace/, /covers 20\d\d-/);
  });

  it('nonsense', async () => {
    expectError(await analyze(trace, '--window', 'soon'), 2, /--window soon/, /5m/);
    expectError(await analyze(trace, '--from=+2s', '--to=+1s'), 2, /ends before it begins/);
  });
});

describe('learning runs that cannot be used', () => {
  it('without stacks', async () => {
    expectError(await perfscope(['learn', trace, '-o', folder.at('no')]), 3, /stack/, /strace .*-k/);
  });

  it('of a program that is not in them', async () => {
    const args = ['learn', folder.at('profile.strace-k'), '-o', folder.at('no'), '--program', 'nginx'];
    expectError(await perfscope(args), 3, /nginx/);
  });
});

describe('an output that cannot be written', () => {
  const missing = folder.at('no', 'such', 'place.json');
  it.each([
    ['learn', ['learn', folder.at('profile.strace-k'), '-o', missing]],
    ['analyze', ['analyze', trace, '-f', `json=${missing}`]],
  ])('%s: a folder that is missing', async (_, args) =>
    expectError(await perfscope(args), 3, `${missing}: `, 'there is no such folder\n  Make the folder first.'),
  );

  it.each([
    ['learn', ['learn', folder.at('profile.strace-k'), '-o', folder.path]],
    ['analyze', ['analyze', trace, '-f', `json=${folder.path}`]],
  ])('%s: a folder instead of a file', async (_, args) =>
    expectError(await perfscope(args), 3, folder.path, 'it is a folder\n  Name a file in it.'),
  );

  it('analyze: a file where a folder should be', async () =>
    expectError(
      await perfscope(['analyze', trace, '-f', `json=${trace}/x.json`]),
      3,
      'a part of its path is no folder',
    ));

  it('batch: a file instead of a folder', async () =>
    expectError(await perfscope(['batch', trace, '-o', trace]), 3, trace, 'there is a file of this name'));

  it.each(['analyze', 'inspect', 'learn'])('%s: a trace that its result would be written over', async (command) => {
    const copy = put('copy.strace-k', PROFILE);
    const over = command === 'learn' ? ['-o', copy] : ['-f', `json=${copy}`];
    expectError(await perfscope([command, copy, ...over]), 2, copy, 'it is read, and would be written over');
    expect(readFileSync(copy, 'utf8')).toBe(PROFILE);
  });
});

describe('what perfscope wrote itself, in the wrong place', () => {
  it('signatures as a trace', async () =>
    expectError(await perfscope(['inspect', signatures]), 3, /signatures file/, / -s/));

  it('signatures as a result', async () =>
    expectError(await perfscope(['explain', signatures]), 3, /it is a signatures file/, / -s/));

  it('a result as a trace, and as signatures', async () => {
    const result = folder.at('result.json');
    expect(await analyze(trace, '-f', `json=${result}`)).toMatchObject({ code: 0 });
    expectError(await perfscope(['inspect', result]), 3, /a document that perfscope wrote/, /explain/);
    expectError(
      await perfscope(['analyze', trace, '-s', result]),
      3,
      /no signatures file, but a perfscope result/,
      /Give with -s the file/,
    );
  });
});

describe('names in messages', () => {
  it.each(['analyze', 'inspect', 'learn'])('%s: a file that is named twice would count twice', async (command) => {
    const args = [command, 'incident.strace', trace, ...(command === 'learn' ? ['-o', folder.at('no')] : [])];
    expectError(await perfscope(args, { cwd: folder.path }), 2, `${trace} is named twice\n`);
  });

  it('a name that is a word of the message is told all the same', async () => {
    mkdirSync(folder.at('folder'));
    const ended = await perfscope(['analyze', trace, '-s', 'folder'], { cwd: folder.path });
    expectError(ended, 3, /^perfscope: folder: the signatures file is a folder\n/);
  });

  it('standard input has a name', async () =>
    expectError(await perfscope(['analyze', '-'], { stdin: '' }), 3, /^perfscope: standard input is empty\n/));
});

describe('settings that cannot be used', () => {
  it('keys of the config file: what was meant', async () => {
    const file = put('typo.config.json', '{"windw": "5m"}');
    expectError(await analyze(trace, '--config', file), 2, /windw: there is no such option\n {2}Did you mean window\?/);
  });

  it.each([
    ['gone.json', null, 'there is no such config file'],
    ['bad.json', '{', 'the config file is not JSON'],
  ])('config file %s', async (name, text, message) => {
    if (text !== null) put(name, text);
    expectError(await analyze(trace, '--config', folder.at(name)), 2, folder.at(name), message);
  });

  it('regress names the bug set that is missing, not the baseline in it', async () =>
    expectError(await perfscope(['regress', folder.at('gone')]), 3, /gone: no such folder\n/));
});

describe('names that a terminal would obey', () => {
  const hostile = '\u001b[31mX\u001b]0;p\u0007';
  const obeyed = /[^\P{Cc}\n]|[\p{Bidi_Control}]/u;

  it('are shown escaped by inspect, in each format, and in its messages', async () => {
    const text = Array.from({ length: 8 }, (_, i) => {
      const head = `${hostile} 7406/7406 [000] 1000.0000${10 + i}000: raw_syscalls`;
      return i % 2 === 0 ? `${head}:sys_enter: NR 0 (5, 7f, 5, 0, 0, 0)` : `${head}:sys_exit: NR 0 = 5`;
    }).join('\n');
    const file = put('\u202eevil\u001b[2J.perf', `${text}\n`);
    for (const format of ['table', 'csv', 'json']) {
      const ended = await perfscope(['inspect', file, '-f', format]);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).not.toMatch(obeyed);
      expect(ended.stdout).toMatch(/(?:\\x1b|\\u001b)\[2J/);
    }
    const missing = await perfscope(['inspect', folder.at('\u001b[31mgone')]);
    expectError(missing, 3, /\\x1b\[31mgone/);
    expect(missing.stderr).not.toMatch(obeyed);
    const mismatch = await analyze(file);
    expect(mismatch.code).toBe(3);
    expect(mismatch.stderr).toMatch(/its threads are of .*X/);
    expect(mismatch.stderr).not.toMatch(obeyed);
  });
});
