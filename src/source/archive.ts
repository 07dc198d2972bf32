/**
 * Members of archives as sources, without a byte on disk: tar (POSIX.1-2001 pax, GNU, Unix V7), plain or compressed, and zip
 * (APPNOTE.TXT, through yauzl). An archive may come from anyone, so what it can cost is bounded: the number of members,
 * and how far a member may swell. Only regular files count, and no names that would lead out of a folder. A name may stand
 * twice: the later one is what extracting would leave, and `at` tells them apart.
 */
import { Readable } from 'node:stream';
import { PerfscopeError } from '../errors.js';
import { type Container, MAGIC_BYTES, containerOf } from './magic.js';
import { type Source, openFile, openStream } from './source.js';

export interface ArchiveLimits {
  /** Members looked at, at most. */
  readonly maxEntries: number;
  /** Bytes of text per byte as stored, at most. */
  readonly maxRatio: number;
  /** Text of this size is let through at any ratio, bytes. */
  readonly freeBytes: number;
}

export const DEFAULT_LIMITS: ArchiveLimits = {
  maxEntries: 1_000_000,
  // A busy loop's trace packs 200 times with xz; deflate itself ends at 1,032 (RFC 1951).
  maxRatio: 1100,
  freeBytes: 64 * 1024 * 1024,
};

export interface Member {
  /** Path within the archive, with slashes. */
  readonly name: string;
  /** Its place among all entries of the archive, files or not, from 0. */
  readonly at: number;
  /** Bytes as the archive says, decompressed by it. */
  readonly size: number;
  /** Its bytes; to be read, if at all, before the next member is asked for. */
  open(): Promise<Source>;
  /** The same as it lies in the archive: a member that is itself compressed stays so. */
  bytes(): Promise<Uint8Array>;
}

export interface ArchiveOptions {
  readonly limits?: Partial<ArchiveLimits>;
  readonly signal?: AbortSignal | undefined;
  /** Hears of members that are left out, and why. */
  readonly onSkip?: (name: string, reason: string) => void;
  /** Hears of what is no regular file, and what it is instead; folders are no news. */
  readonly onOther?: (name: string, what: string) => void;
}

/** Whether a file is an archive, told by its (decompressed) beginning. */
export async function archiveKind(path: string): Promise<Container | null> {
  const blocks = (await openFile(path)).blocks();
  const head: Uint8Array[] = [];
  for (let length = 0; length < MAGIC_BYTES;) {
    const { done, value } = await blocks.next();
    if (done === true) break;
    head.push(value);
    length += value.length;
  }
  await blocks.return(undefined);
  return containerOf(Buffer.concat(head));
}

/** The regular files of an archive in its own order. Throws 'input-damaged' where the archive breaks off. */
export async function* archiveMembers(path: string, options: ArchiveOptions = {}): AsyncGenerator<Member> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const kind = await archiveKind(path);
  if (kind === null) {
    throw new PerfscopeError(
      'input-format',
      `${path} is neither tar nor zip`,
      { path },
      'Give an archive or a folder.',
    );
  }
  let entries = 0;
  let files = 0;
  for await (const { name: given, size, stored, other, read } of kind === 'tar'
    ? tarEntries(path, limits, options.signal)
    : zipEntries(path)) {
    const at = entries++;
    if (other === null && ++files > limits.maxEntries) {
      throw new PerfscopeError('input-too-large', `${path} has more than ${limits.maxEntries} members`, { path });
    }
    if (other === FOLDER) continue;
    const name = cleanName(given);
    if (!isSafeName(given)) {
      options.onSkip?.(name, 'its name leads out of the archive, or is none');
      continue;
    }
    if (other !== null) {
      options.onOther?.(name, other);
      continue;
    }
    const place = `${path}!/${name}`;
    yield {
      name,
      at,
      size,
      open: async () => {
        const stream = await openStream(place, name.slice(name.lastIndexOf('/') + 1), size, await read());
        return bounded(stream, stored, limits);
      },
      bytes: async () => wholeOf(await read(), place, stored, limits),
    };
  }
}

/** Linux knows no longer path (PATH_MAX), so extracting would fail, too. */
const LONGEST_NAME = 4096;

/** Relative, without `..`, backslashes or NUL. */
export function isSafeName(name: string): boolean {
  if (
    name === '' ||
    name.length > LONGEST_NAME ||
    name.startsWith('/') ||
    /[\\\0]/.test(name) ||
    /^[A-Za-z]:/.test(name)
  )
    return false;
  return !name.split('/').includes('..');
}

/** `./a//b` is `a/b`. */
export function cleanName(name: string): string {
  return name.replace(/(^|\/)(?:\.?\/)+/g, '$1');
}

const FOLDER = 'a folder';
const SPARSE = 'a sparse file: pack it without --sparse';

interface TarHeader {
  readonly type?: string | null | undefined;
  readonly linkname?: string | null | undefined;
  readonly pax?: Readonly<Record<string, string>> | null | undefined;
}

interface Entry {
  readonly name: string;
  readonly size: number;
  /** Bytes that it takes in the archive. */
  readonly stored: number;
  /** What it is instead of a regular file; null for one. */
  readonly other: string | null;
  read(): Promise<AsyncIterable<Uint8Array>>;
}

/** A stream's blocks; who stops reading does not destroy it, since that would end the archive that it is a part of. */
async function* gently(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return;
    yield value;
  }
}

async function* tarEntries(
  path: string,
  limits: ArchiveLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<Entry> {
  const { extract } = await import('tar-stream');
  const source = await openFile(path, 0, signal);
  // Unix V7's headers tell no format; their checksum is looked at all the same. Types of tar-stream do not know the option.
  const unpack = extract({ allowUnknownFormat: true } as object);
  const input = Readable.from(bounded(source, source.size ?? 0, limits).blocks(), { objectMode: false });
  input.on('error', (error) => unpack.destroy(error));
  input.pipe(unpack);
  try {
    for await (const entry of unpack) {
      const { name, size = 0 } = entry.header;
      const read = () => Promise.resolve(gently(entry as AsyncIterable<Uint8Array>));
      yield { name, size, stored: size, other: kindInTar(entry.header as TarHeader), read };
      entry.resume();
    }
  } catch (error) {
    throw archiveError(error, path, source);
  } finally {
    input.destroy();
  }
  if (source.problem !== null) throw archiveError(new Error(source.problem.reason), path, source);
}

function kindInTar({ type, linkname, pax }: TarHeader): string | null {
  switch (type) {
    case 'file':
    case 'contiguous-file':
      // Its bytes lack the holes, or begin with a map of them (GNU tar manual, "Storing Sparse Files").
      return Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.')) ? SPARSE : null;
    case 'directory':
      return FOLDER;
    case 'link':
    case 'symlink':
      return `a link, to ${linkname ?? ''}`;
    default:
      return type === null || type === undefined ? 'an entry of an unknown kind' : `a ${type}, no file`;
  }
}

/** Types of files in the mode that Unix keeps in the upper half of a zip's external attributes (inode(7)). */
const ZIP_KINDS: Readonly<Record<number, string>> = {
  0x1000: 'a fifo, no file',
  0x2000: 'a character-device, no file',
  0x4000: FOLDER,
  0x6000: 'a block-device, no file',
  0xa000: 'a link',
  0xc000: 'a socket, no file',
};

async function* zipEntries(path: string): AsyncGenerator<Entry> {
  const yauzl = await import('yauzl');
  type Zip = import('yauzl').ZipFile;
  type ZipEntry = import('yauzl').Entry;
  const zip = await new Promise<Zip>((resolve, reject) => {
    // Names are decoded below: one bad name must not end the whole archive.
    yauzl.open(path, { lazyEntries: true, decodeStrings: false, autoClose: false }, (error, opened) => {
      if (error === null) resolve(opened!);
      else reject(archiveError(error, path));
    });
  });
  const next = () =>
    new Promise<ZipEntry | null>((resolve, reject) => {
      zip.removeAllListeners();
      zip
        .once('entry', resolve)
        .once('end', () => resolve(null))
        .once('error', (e) => reject(archiveError(e, path)));
      zip.readEntry();
    });
  // Where members share bytes, an archive of kilobytes holds terabytes.
  let taken = 0;
  try {
    for (let entry = await next(); entry !== null; entry = await next()) {
      const file = entry;
      taken += file.compressedSize;
      if (taken > zip.fileSize) throw archiveError(new Error('its members overlap'), path);
      const raw = file.fileName as unknown as Buffer;
      // Bit 11: the name is UTF-8 (APPNOTE.TXT 4.4.4).
      const name = raw.toString((file.generalPurposeBitFlag & 0x800) !== 0 ? 'utf8' : 'latin1');
      const mode = (file.externalFileAttributes >>> 16) & 0xf000;
      const other = name.endsWith('/') ? FOLDER : (ZIP_KINDS[mode] ?? null);
      const read = () =>
        new Promise<AsyncIterable<Uint8Array>>((resolve, reject) => {
          requireReadable(file, `${path}!/${name}`);
          zip.openReadStream(file, (error, stream) => {
            if (error === null) resolve(stream);
            else reject(archiveError(error, `${path}!/${name}`));
          });
        });
      yield { name, size: file.uncompressedSize, stored: file.compressedSize, other, read };
    }
  } finally {
    zip.close();
  }
}

/** @throws PerfscopeError 'input-format' for what cannot be unpacked here */
function requireReadable(entry: import('yauzl').Entry, place: string): void {
  if (entry.isEncrypted()) {
    const advice = 'Extract it with its password, and give the file itself.';
    throw new PerfscopeError('input-format', `${place} is encrypted`, { path: place }, advice);
  }
  if (entry.compressionMethod === 0 || entry.compressionMethod === 8) return;
  const advice = 'Extract it and give the file itself, or pack it with zip.';
  const message = `${place} is packed by method ${entry.compressionMethod}; deflate (8) is read`;
  throw new PerfscopeError('input-format', message, { path: place }, advice);
}

async function wholeOf(blocks: AsyncIterable<Uint8Array>, place: string, stored: number, limits: ArchiveLimits) {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const block of blocks) {
      parts.push(block);
      length += block.length;
      if (length > Math.max(limits.freeBytes, stored * limits.maxRatio)) throw swollen(place, limits);
    }
  } catch (error) {
    throw archiveError(error, place);
  }
  return Buffer.concat(parts, length);
}

function swollen(path: string, limits: ArchiveLimits, offset?: number): PerfscopeError {
  return new PerfscopeError(
    'input-too-large',
    `${path} swells to more than ${limits.maxRatio} times its size`,
    offset === undefined ? { path } : { path, offset },
    'If it is no decompression bomb, decompress it and give the file itself.',
  );
}

/** A source that gives up when it swells beyond the limits, and whose errors of the archive become errors for users. */
function bounded(source: Source, stored: number, limits: ArchiveLimits): Source {
  const most = Math.max(limits.freeBytes, stored * limits.maxRatio);
  async function* blocks(): AsyncGenerator<Uint8Array> {
    let given = 0;
    try {
      for await (const block of source.blocks()) {
        given += block.length;
        if (given > most) throw swollen(source.path, limits, source.consumed);
        yield block;
      }
    } catch (error) {
      throw archiveError(error, source.path, source);
    }
  }
  return Object.assign(Object.create(source) as Source, { blocks });
}

function archiveError(error: unknown, path: string, source?: Source): PerfscopeError {
  if (error instanceof PerfscopeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const place = source === undefined ? { path } : { path, offset: source.consumed };
  return new PerfscopeError(
    'input-damaged',
    `${path}: the archive is damaged or cut off: ${message}`,
    place,
    'Copy it anew.',
  );
}
