import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../helpers/failure.js';
import { type ArchiveOptions, archiveKind, archiveMembers, isSafeName } from '../../src/source/archive.js';
import { containerOf } from '../../src/source/magic.js';
import { textOf } from './text-of.js';
import { type Files, zip } from './zip.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'perfscope-archive-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function tar(files: Files): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'folder/', type: 'directory' });
  archive.entry({ name: 'link', type: 'symlink', linkname: '/etc/passwd' });
  for (const [name, content] of files) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive);
}

async function read(content: Buffer, options?: ArchiveOptions): Promise<[string, string][]> {
  const path = join(dir, 'archive');
  writeFileSync(path, content);
  const found: [string, string][] = [];
  for await (const member of archiveMembers(path, options))
    found.push([member.name, await textOf(await member.open())]);
  return found;
}

const FILES: Files = [
  ['./a/incident.strace', 'close(3) = 0\n'],
  ['a/profile.gz', gzipSync('read(3) = 0\n')],
  ['b/ünïcode.csv', ''],
];
const TEXTS = [
  ['a/incident.strace', 'close(3) = 0\n'],
  ['a/profile.gz', 'read(3) = 0\n'],
  ['b/ünïcode.csv', ''],
];

describe('archiveMembers', () => {
  it('reads a tar, plain and compressed: files only, themselves decompressed', async () => {
    const plain = await tar(FILES);
    expect(await read(plain)).toEqual(TEXTS);
    expect(await read(gzipSync(plain))).toEqual(TEXTS);
  });

  it('reads a tar of Unix V7, whose headers tell no format; text in its place is none', async () => {
    const old = await tar(FILES.filter(([name]) => !name.startsWith('b/')));
    for (let at = 0; old[at] !== 0;) {
      const size = Number.parseInt(old.toString('latin1', at + 124, at + 135), 8);
      old.fill(0, at + 257, at + 512);
      old.fill(32, at + 148, at + 156);
      const sum = old.subarray(at, at + 512).reduce((a, b) => a + b, 0);
      old.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
      at += 512 + Math.ceil(size / 512) * 512;
    }
    expect(await read(old)).toEqual(TEXTS.slice(0, 2));
    expect(containerOf(old)).toBe('tar');
    old[0]!++;
    expect(containerOf(old)).toBeNull();
    expect(containerOf(Buffer.from('1 read(3) = 0\n'.repeat(100)))).toBeNull();
  });

  it('reads a zip', async () => {
    const files: Files = FILES.map(([name, content]) => [name.replace('./', ''), content]);
    expect(await read(zip(files))).toEqual(TEXTS);
  });

  it.each(['tar', 'zip'])('%s: members that nobody reads, or reads to the end, do no harm', async (kind) => {
    const files: Files = Array.from({ length: 4 }, (_, i) => [`${i}`, `${i}`.repeat(300_000)]);
    const path = join(dir, 'partial');
    writeFileSync(path, kind === 'tar' ? await tar(files) : zip(files));
    const seen: string[] = [];
    for await (const member of archiveMembers(path)) {
      seen.push(member.name);
      if (member.name === '0') continue;
      const blocks = (await member.open()).blocks();
      await blocks.next();
      if (member.name === '1') await blocks.return(undefined);
    }
    expect(seen).toEqual(['0', '1', '2', '3']);
  });

  it.each(['tar', 'zip'])('%s: leaves out names that lead elsewhere, and says so', async (kind) => {
    const files: Files = [
      ['../../etc/cron.d/x', 'bad'],
      ['good', 'good'],
    ];
    const skipped: string[] = [];
    const found = await read(kind === 'tar' ? await tar(files) : zip(files), { onSkip: (name) => skipped.push(name) });
    expect(found).toEqual([['good', 'good']]);
    expect(skipped).toEqual(['../../etc/cron.d/x']);
  });

  it('takes regular files only, and says what the others are', async () => {
    const kinds = ['fifo', 'character-device', 'block-device', 'symlink', 'link'] as const;
    const archive = pack();
    for (const type of kinds) archive.entry({ name: `${type}.strace`, type, linkname: 'elsewhere' });
    archive.entry({ name: 'sparse.strace', pax: { 'GNU.sparse.major': '1' } }, '0\n');
    archive.entry({ name: 'file.strace' }, 'good');
    archive.finalize();
    const other: string[] = [];
    const onOther = (name: string, what: string) => other.push(`${name}: ${what}`);
    expect(await read(await buffer(archive), { onOther })).toEqual([['file.strace', 'good']]);
    expect(other).toEqual([
      'fifo.strace: a fifo, no file',
      'character-device.strace: a character-device, no file',
      'block-device.strace: a block-device, no file',
      'symlink.strace: a link, to elsewhere',
      'link.strace: a link, to elsewhere',
      'sparse.strace: a sparse file: pack it without --sparse',
    ]);
    other.length = 0;
    // A link's content is its target.
    const files: Files = [
      ['a.strace', '/etc/passwd'],
      ['b.strace', 'good'],
      ['c.strace', ''],
    ];
    const packed = zip(files, { 'a.strace': 0o120777, 'b.strace': 0o100644, 'c.strace': 0o010644 });
    expect(await read(packed, { onOther })).toEqual([['b.strace', 'good']]);
    expect(other).toEqual(['a.strace: a link', 'c.strace: a fifo, no file']);
  });

  it.each(['major', 'size', 'map'])('a sparse file of pax is none, whatever its version (%s)', async (key) => {
    const archive = pack();
    archive.entry({ name: 'sparse.strace', pax: { [`GNU.sparse.${key}`]: '1' } }, '0\n');
    archive.finalize();
    expect(await read(await buffer(archive))).toEqual([]);
  });

  it('zip: encrypted members, and those of other methods, are told as such', async () => {
    const changed = (offset: number, value: number) => {
      const archive = zip([['a.strace', 'text']]);
      archive[archive.indexOf('PK\x01\x02') + offset]! = value;
      return failure(read(archive));
    };
    // Flags and method in the central directory (APPNOTE.TXT 4.3.12).
    for (const [error, message] of [
      [await changed(8, 1), /a\.strace is encrypted$/],
      [await changed(10, 12), /a\.strace is packed by method 12; deflate/],
    ] as const) {
      expect(error).toMatchObject({ code: 'input-format', message });
      expect(error.advice).toMatch(/^Extract it/);
    }
  });

  it('zip: members that share their bytes are refused', async () => {
    const archive = zip([['a.strace', 'x'.repeat(100_000)]]);
    const [directory, end] = [archive.indexOf('PK\x01\x02'), archive.indexOf('PK\x05\x06')];
    const entry = archive.subarray(directory, end);
    const rest = Buffer.from(archive.subarray(end));
    rest.writeUInt16LE(1000, 8);
    rest.writeUInt16LE(1000, 10);
    rest.writeUInt32LE(1000 * entry.length, 12);
    const stored = archive.readUInt32LE(directory + 20);
    const fit = Math.ceil((archive.length + 999 * entry.length) / stored);
    expect(fit).toBeLessThan(1000);
    const overlapping = Buffer.concat([archive.subarray(0, directory), ...Array<Buffer>(1000).fill(entry), rest]);
    expect(await failure(read(overlapping))).toMatchObject({ code: 'input-damaged', message: /its members overlap/ });
  });

  it.each(['tar', 'zip'])('%s: a name that stands twice is given twice, with its places', async (kind) => {
    const files: Files = [
      ['a//./b.strace', 'earlier'],
      ['other', ''],
      ['a/b.strace', 'later'],
    ];
    const path = join(dir, 'twice');
    writeFileSync(path, kind === 'tar' ? await tar(files) : zip(files));
    const places: [string, number, string][] = [];
    for await (const member of archiveMembers(path))
      places.push([member.name, member.at, Buffer.from(await member.bytes()).toString()]);
    // The tar has a folder and a link in front.
    const first = kind === 'tar' ? 2 : 0;
    expect(places).toEqual([
      ['a/b.strace', first, 'earlier'],
      ['other', first + 1, ''],
      ['a/b.strace', first + 2, 'later'],
    ]);
  });

  it.each(['tar.gz', 'zip', 'member.gz'])('stops a member that swells beyond the limits (%s)', async (kind) => {
    const bomb = Buffer.alloc(3_000_000);
    const files: Files = [['bomb', kind === 'member.gz' ? gzipSync(bomb) : bomb]];
    const archive = kind === 'zip' ? zip(files) : kind === 'tar.gz' ? gzipSync(await tar(files)) : await tar(files);
    const error = await failure(read(archive, { limits: { maxRatio: 100, freeBytes: 1_000_000 } }));
    expect(error.code).toBe('input-too-large');
    expect(error.message).toContain('100 times');
  });

  it('stops after too many members', async () => {
    const many = await tar(Array.from({ length: 5 }, (_, i) => [`${i}`, '']));
    expect((await failure(read(many, { limits: { maxEntries: 4 } }))).code).toBe('input-too-large');
    expect(await read(many, { limits: { maxEntries: 5 } })).toHaveLength(5);
  });

  it.each(['tar', 'tar.gz', 'zip'])('%s cut off in the middle: an error with the place', async (kind) => {
    const files: Files = [
      ['first', 'x'.repeat(1000)],
      ['second', 'y'.repeat(100_000)],
    ];
    const whole =
      kind === 'zip' ? zip(files) : kind === 'tar' ? await tar(files) : gzipSync(await tar(files), { level: 0 });
    const error = await failure(read(whole.subarray(0, whole.length * 0.6)));
    expect(error.code).toBe('input-damaged');
    expect(error.place.path).toContain(join(dir, 'archive'));
    expect(error.advice).not.toBe('');
  });
});

describe('archiveKind', () => {
  it('goes by content', async () => {
    const path = join(dir, 'kind');
    writeFileSync(path, gzipSync(await tar(FILES)));
    expect(await archiveKind(path)).toBe('tar');
    writeFileSync(path, zip([]));
    expect(await archiveKind(path)).toBe('zip');
    writeFileSync(path, gzipSync('close(3) = 0\n'));
    expect(await archiveKind(path)).toBeNull();
    expect((await failure(archiveMembers(path).next())).code).toBe('input-format');
  });
});

describe('isSafeName', () => {
  it.each(['a', 'a/b', 'a..b', '...'])('%s is', (name) => expect(isSafeName(name)).toBe(true));
  it.each(['', '/a', '..', 'a/../b', 'a\\b', 'C:x', 'a\0', 'a/'.repeat(3000)])('%j is not', (name) =>
    expect(isSafeName(name)).toBe(false),
  );
});
