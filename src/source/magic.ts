/**
 * What a file is, told by its first bytes and never by its name. Compression: gzip (RFC 1952), Zstandard (RFC 8878),
 * xz (the .xz file format 1.2.1). The other signatures are those of files that people hand over by mistake.
 */
export type Compression = 'none' | 'gzip' | 'zstd' | 'xz';

/** Bytes that `compressionOf` and `containerOf` need to see. */
export const MAGIC_BYTES = 512;

const ZSTD_FRAME = [0x28, 0xb5, 0x2f, 0xfd];
const XZ_STREAM = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];

function startsWith(bytes: Uint8Array, magic: readonly number[], at = 0): boolean {
  if (bytes.length < at + magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic[i]) return false;
  return true;
}

export function compressionOf(head: Uint8Array): Compression {
  // 8 is the only method that RFC 1952 defines.
  if (startsWith(head, [0x1f, 0x8b, 0x08])) return 'gzip';
  if (startsWith(head, ZSTD_FRAME)) return 'zstd';
  // A skippable frame (0x184D2A5?, little-endian) comes first in files of pzstd and in seekable ones.
  if (head.length >= 4 && (head[0]! & 0xf0) === 0x50 && startsWith(head, [0x2a, 0x4d, 0x18], 1)) return 'zstd';
  if (startsWith(head, XZ_STREAM)) return 'xz';
  return 'none';
}

export type Container = 'tar' | 'zip';

/** Whether (decompressed) bytes begin an archive. tar: POSIX ustar and GNU tar both have "ustar" at 257, Unix V7's nothing. */
export function containerOf(head: Uint8Array): Container | null {
  if (startsWith(head, ascii('ustar'), 257) || isTarHeader(head)) return 'tar';
  // Local file header, or the end record of an empty archive (APPNOTE.TXT 4.3).
  if (startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6])) return 'zip';
  return null;
}

/** Bytes of a header of tar (tar(5)): its length, of the name, and where its checksum stands. */
const TAR_HEADER = 512;
const TAR_NAME = 100;
const TAR_SUM = [148, 156] as const;

/** Told by its checksum: the sum of its bytes, where those of the checksum itself count as blanks. */
function isTarHeader(head: Uint8Array): boolean {
  if (head.length < TAR_HEADER || head[0] === 0 || !head.subarray(0, TAR_NAME).includes(0)) return false;
  const [from, to] = TAR_SUM;
  const field = /^ *([0-7]+)[ \0]*$/.exec(String.fromCharCode(...head.subarray(from, to)));
  if (field === null) return false;
  let sum = (to - from) * 0x20;
  for (let i = 0; i < TAR_HEADER; i++) if (i < from || i >= to) sum += head[i]!;
  return sum === Number.parseInt(field[1]!, 8);
}

interface Foreign {
  readonly what: string;
  readonly advice: string;
  /** It may be text that was damaged, after all. */
  readonly maybeText?: boolean;
}

const TWICE = 'Decompress it once, and give what comes out.';
const TEXT = 'Give the text of the trace, as the tracer wrote it.';
const RECORD = 'Record system calls with strace -f -ttt -T -yy -o FILE -p PID, or with perf.';
const CSV_TOO = 'Export it as CSV with the columns ts,tid,syscall,ret,dur (docs/csv.md).';
const PICTURE = 'a picture';
const PACKETS = 'a capture of packets';

const FOREIGN: readonly (Foreign & { readonly magic: readonly number[]; readonly at?: number })[] = [
  {
    magic: ascii('BZh'),
    what: 'compressed with bzip2',
    advice: 'Decompress it first, or pipe it: bzcat FILE | perfscope analyze -',
  },
  {
    magic: [0x04, 0x22, 0x4d, 0x18],
    what: 'compressed with lz4',
    advice: 'Pipe it: lz4cat FILE | perfscope analyze -',
  },
  { magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: 'a 7z archive', advice: 'Extract it first.' },
  {
    magic: [0x89, ...ascii('LZO')],
    what: 'compressed with lzop',
    advice: 'Pipe it: lzop -dc FILE | perfscope analyze -',
  },
  {
    magic: [0x5d, 0, 0],
    what: 'compressed with lzma',
    advice: 'Pipe it: xz -dc --format=lzma FILE | perfscope analyze -',
  },
  { magic: [0xff, 0x06, 0, 0, ...ascii('sNaPpY')], what: 'compressed with snappy', advice: 'Decompress it first.' },
  { magic: ascii('LRZI'), what: 'compressed with lrzip', advice: 'Decompress it first: lrzip -d FILE' },
  {
    magic: [0x50, 0x4b, 7, 8],
    what: 'a part of a zip archive in several',
    advice: 'Put it together, with all parts in one folder: zip -s 0 FILE.zip --out whole.zip',
  },
  { magic: ascii('07070'), what: 'a cpio archive', advice: 'Extract it first: cpio -i < FILE' },
  { magic: ascii('!<arch>'), what: 'an archive of ar, or a Debian package', advice: 'Extract it first: ar x FILE' },
  { magic: [0xed, 0xab, 0xee, 0xdb], what: 'a package of RPM', advice: 'Extract it first.' },
  { magic: ascii('MSCF'), what: 'a cabinet file (Windows)', advice: 'Extract it first.' },
  {
    magic: ascii('LPKSHHRH'),
    what: 'a journal of systemd',
    advice: 'Print its lines: journalctl --file=FILE -o cat | perfscope analyze -',
  },
  { magic: ascii('SQLite format 3'), what: 'a database (SQLite)', advice: CSV_TOO },
  { magic: ascii('PAR1'), what: 'a table (Parquet)', advice: CSV_TOO },
  { magic: ascii('FLR\0'), what: 'a recording of Java Flight Recorder', advice: RECORD },
  { magic: ascii('JAVA PROFILE'), what: 'a dump of the heap of a JVM', advice: RECORD },
  { magic: ascii('PML_'), what: 'a recording of Process Monitor (Windows)', advice: RECORD },
  { magic: ascii('-----BEGIN PGP'), what: 'encrypted or signed with PGP', advice: 'Decrypt it first: gpg -d FILE' },
  { magic: ascii('age-encryption.org/'), what: 'encrypted with age', advice: 'Decrypt it first: age -d FILE' },
  {
    magic: ascii('version https://git-lfs'),
    what: 'a pointer of Git LFS, and not the file',
    advice: 'Fetch it first: git lfs pull',
  },
  {
    magic: ascii('=ybegin '),
    what: 'a file written in yEnc',
    advice: 'Decode it first: yydecode FILE',
  },
  { magic: ascii('Rar!'), what: 'a RAR archive', advice: 'Extract it first.' },
  // Of what was compressed once, only the text is looked at here.
  { magic: [0x1f, 0x8b], what: 'compressed twice', advice: TWICE },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: 'compressed twice', advice: TWICE },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'compressed twice', advice: TWICE },
  { magic: [0x1f, 0x9d], what: 'compressed with compress', advice: 'Pipe it: zcat FILE | perfscope analyze -' },
  { magic: ascii('LZIP'), what: 'compressed with lzip', advice: 'Pipe it: lzip -dc FILE | perfscope analyze -' },
  {
    magic: ascii('%PDF-'),
    what: 'a PDF document',
    advice: 'Give the text of the trace: pdftotext -layout FILE, or the file itself.',
  },
  { magic: [0x89, 0x50, 0x4e, 0x47], what: PICTURE, advice: TEXT },
  { magic: [0xff, 0xd8, 0xff], what: PICTURE, advice: TEXT },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], what: 'a document or mail of Microsoft Office', advice: TEXT },
  { magic: [0x17, 0x08, 0x44, ...ascii('tracing')], what: 'a trace.dat of trace-cmd', advice: RECORD },
  { magic: [0xd4, 0xc3, 0xb2, 0xa1], what: PACKETS, advice: RECORD },
  { magic: [0x4d, 0x3c, 0xb2, 0xa1], what: PACKETS, advice: RECORD },
  { magic: [0x4d, 0x3c, 0x2b, 0x1a], at: 8, what: PACKETS, advice: RECORD },
  {
    magic: [0xc1, 0x1f, 0xfc, 0xc1],
    what: 'a stream of a CTF trace (LTTng)',
    advice: 'Record with strace or perf, or print the trace as CSV with the columns ts,tid,syscall,ret,dur.',
  },
  {
    magic: [0xc1, 0xfc, 0x1f, 0xc1],
    what: 'a stream of a CTF trace (LTTng)',
    advice: 'Record with strace or perf, or print the trace as CSV with the columns ts,tid,syscall,ret,dur.',
  },
  {
    magic: [0x7f, 0x45, 0x4c, 0x46],
    what: 'an ELF program or library',
    advice: 'A trace is needed; programs go to --binary.',
  },
  {
    maybeText: true,
    magic: [0xff, 0xfe],
    what: 'UTF-16 text',
    advice: 'Convert it first: iconv -f UTF-16 -t UTF-8 FILE',
  },
  {
    maybeText: true,
    magic: [0xfe, 0xff],
    what: 'UTF-16 text',
    advice: 'Convert it first: iconv -f UTF-16 -t UTF-8 FILE',
  },
];

/** What a file that is no trace is instead, as far as its first bytes tell; null for text of an unknown kind. */
export function foreignKind(head: Uint8Array): Foreign | null {
  for (const entry of FOREIGN) if (startsWith(head, entry.magic, entry.at)) return entry;
  const container = containerOf(head);
  if (container !== null) {
    return { what: `a ${container} archive`, advice: 'Use "perfscope batch" for archives, or extract it first.' };
  }
  // Text has no NUL byte; tracers escape what is not printable.
  if (head.subarray(0, 65536).includes(0)) {
    return {
      maybeText: true,
      what: 'binary data',
      advice:
        'Give the text of strace, perf.data, the text of perf script, or CSV (gz, zst and xz are read as they are).',
    };
  }
  return null;
}

function ascii(text: string): number[] {
  return Array.from(text, (c) => c.charCodeAt(0));
}
