/** Which perfscope it is: what a result was made by, beside its inputs and parameters. */
import { codeFingerprint } from '../evaluate/cache.js';
import { VERSION } from '../version.js';

/** Folders of this package whose code decides on results; where to read and when to run do not. */
const RESULT_CODE = [
  ...['binary', 'context', 'coordinator', 'detect', 'episodes'],
  ...['formats', 'rank', 'signatures', 'source', 'trace', 'units'],
];

/** Version, and hash of the code that decides on results. */
export async function toolFingerprint(): Promise<string> {
  return `${VERSION} ${await codeFingerprint(RESULT_CODE)}`;
}
