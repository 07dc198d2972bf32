/** Archives that somebody made by mistake or on purpose: nothing is read twice, for ever, or from elsewhere. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BatchSummary } from '../../src/batch/summary.js';
import { perfscope, scratchFolder } from '../cli/run.js';
import { zip } from '../source/zip.js';
import { SIGNATURES, archiveOf, incident } from './archive-of.js';

vi.setConfig({ testTimeout: 60_000 });

const scratch = scratchFolder();
const at = (...parts: string[]) => scratch.at(...parts);
const write = (file: string, content: string | Uint8Array) => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
};
const half = (text: string) => text.slice(0, text.indexOf('\n', text.length / 2) + 1);

beforeAll(() => archiveOf(at('given'), 0));
afterAll(() => scratch.dispose());

let runs = 0;
async function batch(...args: string[]) {
  const output = at(`out${runs++}`);
  const ended = await perfscope(['batch', ...args, '-s', at('given', SIGNATURES), '-o', output]);
  const text = (name: string) => readFileSync(path.join(output, name), 'utf8');
  const summary = () => JSON.parse(text('summary.json')) as BatchSummary;
  return { ...ended, output, summary, text };
}

test('a member that stands twice is the later one, and that is said: tar -r, tar -u, zip; in a folder, in a manifest', async () => {
  const [early, late] = [incident(1), half(incident(1))];
  write(at('x', 'a.strace'), early);
  execFileSync('tar', ['-cf', at('twice.tar'), '-C', at('x'), 'a.strace']);
  write(at('x', 'a.strace'), late);
  execFileSync('tar', ['-rf', at('twice.tar'), '-C', at('x'), './a.strace']);
  write(at('y', 'incident.strace'), early);
  execFileSync('tar', ['-cf', at('updated.tar'), '-C', at('y'), 'incident.strace']);
  write(at('y', 'incident.strace'), late);
  utimesSync(at('y', 'incident.strace'), new Date(), new Date(Date.now() + 60_000));
  execFileSync('tar', ['-uf', at('updated.tar'), '-C', at('y'), 'incident.strace']);
  write(
    at('twice.zip'),
    zip([
      ['a.strace', early],
      ['a.strace', late],
    ]),
  );
  write(at('alone', 'a.strace'), late);
  write(
    at('list.jsonl'),
    '{"trace":"twice.tar!/a.strace","name":"tar"}\n{"trace":"twice.zip!/./a.strace","name":"zip"}\n',
  );
  const { events } = (await batch(at('alone'))).summary().incidents[0]!;
  expect(events).toBeGreaterThan(10);
  const all = await batch(at('twice.tar'), at('updated.tar'), at('twice.zip'), '--manifest', at('list.jsonl'));
  expect(all.code).toBe(0);
  const names = ['tar', 'twice.tar!/a.strace', 'twice.zip!/a.strace', 'updated.tar!', 'zip'];
  expect(all.summary().incidents.map((i) => [i.name, i.events])).toEqual(names.map((name) => [name, events]));
  for (const name of ['twice.tar', 'twice.zip', 'updated.tar'])
    expect(all.stderr).toMatch(new RegExp(`${name}!/(a|incident).strace: left out: it stands in the archive again`));
});

test('what an archive that breaks off held behind that is a failure, until the archive is whole', async () => {
  for (const k of [1, 2, 3]) write(at('cut', `${k}.strace`), incident(k));
  execFileSync('tar', ['-czf', at('cut.tar.gz'), '-C', at('cut'), '1.strace', '2.strace', '3.strace']);
  const whole = readFileSync(at('cut.tar.gz'));
  const output = at('cut-out');
  const run = () => perfscope(['batch', at('cut.tar.gz'), '-s', at('given', SIGNATURES), '-o', output]);
  const rows = () =>
    (JSON.parse(readFileSync(path.join(output, 'summary.json'), 'utf8')) as BatchSummary).incidents.map(
      ({ name, error }) => `${name}: ${error?.code ?? 'ok'}`,
    );
  write(at('cut.tar.gz'), whole.subarray(0, whole.length >> 1));
  const broken = await run();
  expect(broken.code).toBe(3);
  expect(broken.stderr).toContain('the archive is damaged or cut off');
  expect(rows()).toContain('cut.tar.gz!/(behind the damage): input-damaged');
  write(at('cut.tar.gz'), whole);
  expect((await run()).code).toBe(0);
  expect(rows()).toEqual([1, 2, 3].map((k) => `cut.tar.gz!/${k}.strace: ok`));
  expect(readdirSync(path.join(output, 'results'))).toHaveLength(3);
});

test('an archive is no trace, whatever text lies in it', async () => {
  write(at('plain', 'a.strace'), incident(1));
  for (const format of ['v7', 'gnu', 'pax']) {
    execFileSync('tar', [`--format=${format}`, '-cf', at('plain.tar'), '-C', at('plain'), 'a.strace']);
    const ended = await perfscope(['analyze', at('plain.tar')]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toContain('is no trace: it is a tar archive');
  }
});

test('Ctrl-C twice ends a run at once, with 130; what was done is kept', async () => {
  for (let k = 0; k < 40; k++) write(at('many', `${k}.strace`), incident(k));
  const args = ['batch', at('many'), '-s', at('given', SIGNATURES), '-o', at('many-out')];
  const journal = at('many-out', 'journal.jsonl');
  const done = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0);
  const ended = await perfscope(args, {
    started: (child) => {
      const look = setInterval(() => {
        if (done() < 2) return;
        clearInterval(look);
        child.kill('SIGINT');
        child.kill('SIGTERM');
      }, 5);
      child.on('exit', () => clearInterval(look));
    },
  });
  expect(ended.code).toBe(130);
  const kept = done();
  expect(kept).toBeGreaterThan(1);
  expect(kept).toBeLessThan(40);
  const { code, stdout } = await perfscope(args);
  expect(code).toBe(0);
  expect(stdout).toContain('40 incidents: 40 analysed');
});

test('a name that a link took over later is no trace any more', async () => {
  write(at('z', 'a.strace'), incident(1));
  write(at('z', 'b.strace'), incident(2));
  execFileSync('tar', ['-cf', at('link.tar'), '-C', at('z'), 'a.strace', 'b.strace']);
  execFileSync('rm', [at('z', 'a.strace')]);
  symlinkSync('/etc/passwd', at('z', 'a.strace'));
  execFileSync('tar', ['-rf', at('link.tar'), '-C', at('z'), 'a.strace']);
  const { summary, stderr } = await batch(at('link.tar'));
  expect(summary().incidents.map((i) => i.name)).toEqual(['link.tar!/b.strace']);
  expect(stderr).toContain('link.tar!/a.strace: left out: a link, to /etc/passwd');
});

test('pipes, devices, sockets and links out of the archive are no incidents; links within it are', async () => {
  const folder = at('special');
  write(path.join(folder, 'raw', '17.bin'), incident(1));
  write(at('elsewhere', 'secret.strace'), 'root:HASH:0:0\n');
  mkdirSync(path.join(folder, 'one'));
  symlinkSync('../raw/17.bin', path.join(folder, 'one', 'incident.strace'));
  symlinkSync('..', path.join(folder, 'one', 'up'));
  symlinkSync('.', path.join(folder, 'again'));
  symlinkSync('/dev/zero', path.join(folder, 'zero.strace'));
  symlinkSync(at('elsewhere', 'secret.strace'), path.join(folder, 'secret.strace'));
  symlinkSync(at('elsewhere'), path.join(folder, 'others'));
  execFileSync('mkfifo', [path.join(folder, 'pipe.strace'), path.join(folder, 'pipe.tar'), at('alone.strace')]);
  const { code, stderr, summary } = await batch(folder);
  expect(summary().incidents.map((i) => i.name)).toEqual(['special/one']);
  expect(code).toBe(0);
  for (const said of [
    /zero.strace: left out: a pipe, a device or a socket, no file/,
    /pipe.strace: left out: a pipe/,
    /pipe.tar: left out: a pipe/,
    /secret.strace: left out: a link out of the archive, to .*elsewhere/,
    /others: left out: a link out of the archive/,
  ])
    expect(stderr).toMatch(said);
  for (const alone of [at('alone.strace'), path.join(folder, 'pipe.tar'), '/dev/zero']) {
    const named = await batch(alone);
    expect(named.code).toBe(3);
    expect(named.stderr).toContain('no incident here');
  }
});

test('a manifest may name what it likes: pipes and devices fail at once', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const rows = [
    { trace: 'pipe', name: 'pipe' },
    { trace: '/dev/zero', name: 'zero' },
    { trace: 'pipe!/a.strace', name: 'packed' },
    { trace: 'alone/a.strace', signatures: 'pipe', name: 'signatures' },
  ];
  write(at('special.jsonl'), rows.map((r) => JSON.stringify(r)).join('\n'));
  const { code, summary } = await batch('--manifest', at('special.jsonl'));
  expect(code).toBe(3);
  const causes = summary().incidents.map((i) => i.error);
  expect(causes).toHaveLength(4);
  for (const cause of causes) expect(cause).toMatchObject({ code: 'input-format', message: /no file/ });
});

test('a folder of strace -ff in a manifest: a change of one file counts', async () => {
  const lines = incident(1).trimEnd().split('\n');
  const text = lines.map((l) => l.replace(/^\d+ +/, '')).join('\n');
  write(at('ff', 'trace.101'), `${text}\n`);
  write(at('ff', 'trace.102'), '');
  write(at('ff.jsonl'), '{"trace":"ff","name":"ff"}\n');
  const run = () =>
    perfscope([
      'batch',
      '--manifest',
      at('ff.jsonl'),
      '-s',
      at('given', SIGNATURES),
      '-o',
      at('ff-out'),
      '-q',
      '--any-program',
    ]);
  await run();
  const events = () =>
    (JSON.parse(readFileSync(at('ff-out', 'summary.json'), 'utf8')) as BatchSummary).incidents[0]!.events;
  const before = events();
  appendFileSync(at('ff', 'trace.102'), `${text}\n`);
  await run();
  expect([before, events()]).toEqual([before, 2 * before!]);
});

test('an archive within an archive is told; 20,000 members are none too many', async () => {
  const files: [string, string][] = Array.from({ length: 20_000 }, (_, i) => [`d${i}/note${i}`, '']);
  write(at('many.zip'), zip([...files, ['d7/incident.strace', incident(1)], ['inner.tar.gz', 'x']]));
  const { code, stderr, summary } = await batch(at('many.zip'));
  expect(code).toBe(0);
  expect(summary().incidents.map((i) => i.name)).toEqual(['many.zip!/d7']);
  expect(stderr).toContain('many.zip!/inner.tar.gz: left out: an archive within an archive: extract it first');
});
