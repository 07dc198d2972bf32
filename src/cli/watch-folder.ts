/** Where `watch` keeps what it has, and where `trigger` finds it: the same flags. */
import path from 'node:path';
import type { Options } from 'yargs';
import type { Argv } from './command.js';

const FOLDER = 'Folder';

export const WATCH_FOLDER_OPTIONS: Readonly<Record<string, Options>> = {
  output: {
    alias: 'o',
    type: 'string',
    requiresArg: true,
    default: 'perfscope-watch',
    group: FOLDER,
    describe: 'Folder of the ring and of incidents/ID/',
  },
  socket: {
    type: 'string',
    requiresArg: true,
    group: FOLDER,
    describe: 'Unix socket that perfscope trigger talks to; default: watch.sock in the folder',
  },
};

export function watchFolder(argv: Argv): { readonly folder: string; readonly socket: string } {
  const folder = path.resolve(argv['output'] as string);
  const { socket } = argv;
  return { folder, socket: typeof socket === 'string' ? path.resolve(socket) : path.join(folder, 'watch.sock') };
}
