import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  // A folder kernel/ is AssemblyScript: its compiler checks it.
  { ignores: ['dist/', 'coverage/', 'datasets/', 'lab/', 'src/**/kernel/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'workers/**/*.ts', 'scripts/lab/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A forgotten await on a pool task loses its error.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  {
    files: ['scripts/**/*.js', '*.js', 'test/**/*.ts'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', Buffer: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    // The library never speaks to a terminal and never ends the process.
    rules: { 'no-console': 'error' },
  },
);
