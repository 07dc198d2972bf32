/** What the tests of the readers in WebAssembly share: each is compared with the JavaScript reader of its format. */
import { createReadStream, readdirSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import fc from 'fast-check';
import type { TraceChunk } from '../../src/trace/chunk.js';

export function plainChunk({ rows, columns, ...rest }: TraceChunk): unknown {
  const cut = Object.entries(columns).map(([name, column]: [string, Uint8Array | null]) => [
    name,
    column && [...column.subarray(0, rows)],
  ]);
  return { rows, columns: Object.fromEntries(cut), ...rest, pending: [...rest.pending] };
}

/** `line`: which one, as a share; `at`: bytes from its end, or from its beginning when negative; `lost`: bytes left out there. */
export interface Change {
  line: number;
  at: number;
  fragment: string;
  lost: number;
}

/** Some changes; `fragments`: what may stand in a line where it is not expected. */
export function changesOf(fragments: readonly string[]): fc.Arbitrary<Change[]> {
  const change = fc.record({
    line: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    at: fc.oneof(fc.nat(30), fc.integer({ min: -60, max: 90 })),
    fragment: fc.oneof(
      fc.constantFrom(...fragments),
      fc.nat(255).map((byte) => String.fromCharCode(byte)),
    ),
    lost: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(20)),
  });
  return fc.array(change, { minLength: 1, maxLength: 25 });
}

/** The text, and behind it the same with the changes: so names and threads are known. */
export function damaged(text: string, changes: readonly Change[]): string {
  const lines = text.split('\n');
  for (const { line, at, fragment, lost } of changes) {
    const i = Math.floor(line * lines.length);
    const from = Math.min(lines[i]!.length, Math.max(0, at < 0 ? -at : lines[i]!.length - at));
    lines[i] = lines[i]!.slice(0, from) + fragment + lines[i]!.slice(from + lost);
  }
  return `${text}\n${lines.join('\n')}`;
}

const bugs = new URL('../../datasets/bugs/', import.meta.url);
/** Files of the shipped cases whose names hold `kind`. */
export function shippedTraces(kind: string): string[] {
  return readdirSync(bugs, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes(kind));
}

/** The first 200 kB of a shipped file, cut off anywhere. */
export async function beginningOf(file: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of createReadStream(new URL(file, bugs)).pipe(createGunzip())) {
    parts.push(part as Buffer);
    if ((length += (part as Buffer).length) >= 200_000) break;
  }
  return Uint8Array.from(Buffer.concat(parts).subarray(0, 200_000));
}
