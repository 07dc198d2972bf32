/**
 * Brings dist/ up to date before the tests that run compiled code, at once when nothing has changed: what they run is the
 * build that is published, bundled as it is, and not what the compiler alone would leave.
 */
// @ts-expect-error a script, without types
import { build } from '../scripts/setup.js';

export default build as () => void;
