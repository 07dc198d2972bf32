import type { Source } from '../../src/source/index.js';

/** All of a source's text. */
export async function textOf(source: Source): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const block of source.blocks()) parts.push(block);
  return Buffer.concat(parts).toString();
}
