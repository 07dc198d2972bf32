import { defineConfig } from 'vitest/config';

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
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'built',
          include: ['test/**/*.built.test.ts'],
          globalSetup: ['test/build.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
