import { availableParallelism } from 'node:os';
import process from 'node:process';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.js';

// How long each property is tried, when somebody looks for rare counterexamples (test/helpers/longer-properties.ts).
const seconds = Number(process.env.PROPERTY_SECONDS ?? 0);
const setupFiles = seconds > 0 ? ['test/helpers/longer-properties.ts'] : [];
const testTimeout = 60_000 + seconds * 4000;

/**
 * Two projects: most tests run the TypeScript of src/ as it is. Tests named *.built.test.ts start worker threads or the
 * program itself, which are compiled code: for them test/build.ts brings dist/ up to date first.
 */
export default defineConfig({
  test: {
    // One more than there are processors: many of the files wait for processes, servers and a browser.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    coverage: { include: ['src/**'] },
    projects: [
      {
        test: {
          name: 'unit',
          // One process for many files: a third of the time of small ones is what they import. So none of them may leave anything behind.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.built.test.ts'],
          // A test that hangs is found all the same; one on a machine that does much else must not fail.
          testTimeout,
          setupFiles,
        },
      },
      {
        test: {
          name: 'built',
          include: ['test/**/*.built.test.ts'],
          globalSetup: ['test/build.ts'],
          // On a busy machine a process takes its time.
          testTimeout: 2 * testTimeout,
          setupFiles,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
