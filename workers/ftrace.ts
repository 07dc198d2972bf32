import { parseRecorderArguments } from '../src/record/ftrace/arguments.js';
import { recordRings } from '../src/record/ftrace/recorder.js';

try {
  process.exitCode = await recordRings(parseRecorderArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`ftrace: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
process.exit();
