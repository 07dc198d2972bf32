/** How many events perf lost, by a walk along the heads of the records in a finished perf.data. */
import { type FileHandle, open } from 'node:fs/promises';

/** tools/perf/Documentation/perf.data-file-format.txt: magic, size, size of an attribute, then sections as offset and size. */
const DATA_SECTION = 40;
const RECORD_LOST = 2;
const RECORD_LOST_SAMPLES = 13;
const RECORD_HEAD = 8;
const CHUNK = 1 << 20;

/** Of a file in this machine's byte order; what cannot be followed is left to who reads it whole. */
export async function lostEvents(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(DATA_SECTION + 16);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    if (bytesRead < head.length || head.toString('latin1', 0, 8) !== 'PERFILE2') return 0;
    const offset = Number(head.readBigUInt64LE(DATA_SECTION));
    return await walk(file, offset, offset + Number(head.readBigUInt64LE(DATA_SECTION + 8)));
  } finally {
    await file.close();
  }
}

async function walk(file: FileHandle, from: number, end: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK);
  let lost = 0;
  for (let at = from; at < end;) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK, end - at), at);
    let p = 0;
    while (p + RECORD_HEAD <= bytesRead) {
      const type = chunk.readUInt32LE(p);
      const size = chunk.readUInt16LE(p + 6);
      if (size < RECORD_HEAD) return lost;
      if (p + size > bytesRead && size <= bytesRead) break;
      if (type === RECORD_LOST) lost += Number(chunk.readBigUInt64LE(p + 16));
      else if (type === RECORD_LOST_SAMPLES) lost += Number(chunk.readBigUInt64LE(p + 8));
      p += size;
    }
    if (p === 0) return lost;
    at += p;
  }
  return lost;
}
