/** Which perfscope it is: what a result was made by, beside its inputs and parameters. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { codeFingerprint } from '../evaluate/cache.js';
import { VERSION } from '../version.js';

/** Version, and hash of the code and of the version of Node.js that runs it. */
export async function toolFingerprint(): Promise<string> {
  const bundle = fileURLToPath(new URL('../bundle', import.meta.url));
  const files = await readdir(bundle).catch(() => null);
  return `${VERSION} ${files === null ? await codeFingerprint(['.']) : ofNames(files)}`;
}

/** The name of a built file holds a hash of what is in it (scripts/bundle.js). */
function ofNames(files: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...files].sort()) hash.update(`\0${file}`);
  return hash.digest('hex');
}
