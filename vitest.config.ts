import process from 'node:process';
import { defineConfig } from 'vitest/config';

// How long each property is tried, when somebody looks for rare counterexamples (test/helpers/longer-properties.ts).
const seconds = Number(process.env.PROPERTY_SECONDS ?? 0);
const setupFiles = seconds > 0 ? ['test/helpers/longer-properties.ts'] : [];
const testTimeout = 30_000 + seconds * 4000;

/**
 * Two projects: most tests run the TypeScript of src/ as it is. Tests named *.built.test.ts start worker threads or the
 * program itself, which are compiled code: for them test/build.ts brings dist/ up to date first.
 */
export default defineConfig({
  test: {
    // On two processors Vitest would run one file at a time (it keeps one for itself), and half of these wait for processes.
    maxWorkers: '100%',
    coverage: { include: ['src/**'] },
    projects: [
      {
        test: {
          name: 'unit',
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
          testTimeout,
          setupFiles,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
