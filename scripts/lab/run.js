// The lab, as `npm run build` made it of the TypeScript beside this file: node scripts/lab/run.js --help
import { existsSync } from 'node:fs';

const main = new URL('../../dist/scripts/lab/main.js', import.meta.url);
if (existsSync(main)) {
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  console.error('lab: not built yet; run `npm run build` first');
  process.exitCode = 2;
}
