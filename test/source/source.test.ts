import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../helpers/failure.js';
import { openSource, openSources } from '../../src/source/index.js';
import { openStream } from '../../src/source/source.js';
import { textOf } from './text-of.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'perfscope-source-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

describe('openSource', () => {
  it('gives a plain file as a seekable source', async () => {
    const { sources, perThread } = await openSource(file('plain.strace', 'close(3) = 0\n'));
    expect(perThread).toBe(false);
    expect(sources[0]).toMatchObject({ name: 'plain.strace', size: 13, compression: 'none', seekable: true, tid: 0 });
    expect(await textOf(sources[0]!)).toBe('close(3) = 0\n');
    expect(sources[0]!.consumed).toBe(13);
  });

  it('knows gzip by content, whatever the name', async () => {
    const { sources } = await openSource(file('misnamed.txt', gzipSync('close(3) = 0\n')));
    expect(sources[0]).toMatchObject({ compression: 'gzip', seekable: false });
    expect(await textOf(sources[0]!)).toBe('close(3) = 0\n');
    // And again: a file can be read as often as one likes.
    expect(await textOf(sources[0]!)).toBe('close(3) = 0\n');
  });

  it('is not misled by a name that promises gzip', async () => {
    const { sources } = await openSource(file('plain.gz', 'close(3) = 0\n'));
    expect(sources[0]!.seekable).toBe(true);
  });

  it('reads a named pipe once, compressed or not', async () => {
    const path = join(dir, 'pipe');
    execFileSync('mkfifo', [path]);
    const packed = file('packed', gzipSync('close(3) = 0\n'));
    execFileSync('sh', ['-c', `cat '${packed}' > '${path}' &`], { stdio: 'ignore' });
    const { sources } = await openSource(path);
    expect(sources[0]).toMatchObject({ size: null, seekable: false, compression: 'gzip' });
    expect(await textOf(sources[0]!)).toBe('close(3) = 0\n');
  });

  it('says what is wrong with a path that does not exist', async () => {
    const error = await failure(openSource(join(dir, 'nowhere')));
    expect(error.code).toBe('input-missing');
    expect(error.place.path).toBe(join(dir, 'nowhere'));
    expect(error.advice).not.toBe('');
  });
});

describe('openStream', () => {
  it('looks at the first bytes without losing them, however they are cut', async () => {
    async function* bytewise() {
      for (const byte of gzipSync('close(3) = 0\n')) yield Uint8Array.of(byte);
    }
    const source = await openStream('-', '', null, bytewise());
    expect(source.compression).toBe('gzip');
    expect(await textOf(source)).toBe('close(3) = 0\n');
  });
});

describe('folders', () => {
  function folder(name: string, files: Record<string, string | Uint8Array>): string {
    const path = join(dir, name);
    mkdirSync(path);
    for (const [f, content] of Object.entries(files)) writeFileSync(join(path, f), content);
    return path;
  }

  it('of perf record --threads are refused by that name, with the way on', async () => {
    const path = folder('perf-threads', { data: 'PERFILE2', 'data.0': '', 'data.1': '' });
    const error = await failure(openSource(path));
    expect(error).toMatchObject({
      code: 'input-is-directory',
      advice: expect.stringContaining(`-i ${path}`) as string,
    });
    expect(error.message).toMatch(/perf record --threads/);
  });

  it('of strace -ff give one source a thread, in order of tid', async () => {
    const path = folder('ff', {
      'trace.200': 'a',
      'trace.30': '',
      'trace.1000.gz': gzipSync('c'),
      '.hidden': 'x',
      README: 'y',
    });
    const { sources, perThread } = await openSource(path);
    expect(perThread).toBe(true);
    expect(sources.map((s) => [s.name, s.tid, s.size === 0])).toEqual([
      ['trace.30', 30, true],
      ['trace.200', 200, false],
      ['trace.1000.gz', 1000, false],
    ]);
  });

  it.each([
    ['empty', {}, /is an empty directory/],
    ['of other files', { 'notes.txt': 'x' }, /named PREFIX\.TID/],
    ['of files with ends of names', { 't.12.txt': 'x', 't.13.txt': 'x' }, /named PREFIX\.TID/],
    ['of two recordings', { 'a.1': 'x', 'b.2': 'x' }, /several recordings: a, b/],
  ])('%s are refused with the reason', async (name, files, reason) => {
    const path = folder(name, files);
    const error = await failure(openSource(path));
    expect(error.code).toBe('input-is-directory');
    expect(error.message).toMatch(reason);
    expect(error.place.path).toBe(path);
    expect(error.advice).not.toBe('');
  });

  it('of strace -ff that lie a folder further down, or got names of attachments, are refused with the way on', async () => {
    const path = folder('outer', {});
    mkdirSync(join(path, 'ff'));
    expect((await failure(openSource(path))).advice).toContain(join(path, 'ff'));
    const renamed = folder('renamed', { 't.12.txt': 'x', 't.13.txt': 'x' });
    expect((await failure(openSource(renamed))).advice).toContain('mv "$f" "${f%.*}"');
    expect((await failure(openSource(folder('mixed', { 't.12.txt': 'x', notes: 'x' })))).advice).toContain('batch');
  });

  it('spelled out by the shell are the same recording', async () => {
    const path = folder('ff2', { 't.5': 'a', 't.4': 'b' });
    const [set, ...more] = await openSources([join(path, 't.5'), join(path, 't.4')]);
    expect(more).toEqual([]);
    expect(set!.perThread).toBe(true);
    expect(set!.sources.map((s) => s.tid)).toEqual([4, 5]);
  });

  it('two traces of different names stay two', async () => {
    const sets = await openSources([file('x.1', 'a'), file('y.2', 'b')]);
    expect(sets.map((s) => s.perThread)).toEqual([false, false]);
  });
});
