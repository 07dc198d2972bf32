/** The command line of the lab. */
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import yargs from 'yargs';
import { openLab } from './lab.js';
import { runMatrix } from './matrix.js';

/** Debian packages gcc, binutils, strace, linux-perf, dpkg-dev. */
const TOOLS = ['cc', 'objcopy', 'strace', 'perf', 'dpkg-source'];

export async function main(argv: readonly string[]): Promise<number> {
  const known = (await readdir(new URL('servers/', import.meta.url)))
    .filter((name) => name.endsWith('.js'))
    .map((name) => name.slice(0, -3));
  const options = await yargs(argv)
    .scriptName('node scripts/lab/run.js')
    .usage(
      '$0 --servers a,b --cases N --seed S --out DIR\n\nMakes labelled incidents: see docs/lab.md. Needs root, Linux on x86-64, gcc, strace and perf.',
    )
    .options({
      servers: { type: 'string', demandOption: true, describe: `Which servers: ${known.join(', ')}` },
      cases: { type: 'number', default: 10, describe: 'Cases with a guilty function, per server' },
      controls: { type: 'number', default: 3, describe: 'Cases without one, per server' },
      seed: {
        type: 'string',
        default: '1',
        describe: 'Decides which functions get which faults, and the circumstances',
      },
      out: {
        type: 'string',
        demandOption: true,
        describe: 'Folder for sources, builds and cases; goes on with what is there',
      },
      lanes: { type: 'number', default: 1, describe: 'Servers at work at once' },
      'build-jobs': { type: 'number', default: 2, describe: 'Jobs of make' },
      port: { type: 'number', default: 21000, describe: 'First of the loopback ports used, 40 per server' },
    })
    .strict()
    .version(false)
    .parseAsync();
  const servers = options.servers.split(',');
  const unknown = servers.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`lab: no server ${unknown.join(', ')}. There are: ${known.join(', ')}`);
    return 2;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0) {
    console.error('lab: needs Linux on x86-64, as root: it patches running processes and attaches tracers to them');
    return 2;
  }
  const missing = TOOLS.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0) {
    console.error(`lab: missing on this machine: ${missing.join(', ')}`);
    return 2;
  }
  const lab = await openLab(options.out, options.port, (text) =>
    console.log(`${new Date().toISOString().slice(11, 19)} ${text}`),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      lab.log(`stopped by ${signal}; the same command goes on from here`);
      void Promise.all([...lab.running].map((instance) => instance.stop())).then(() => process.exit(130));
    });
  }
  const failed = await runMatrix(lab, { ...options, servers });
  return failed.length === 0 ? 0 : 1;
}
