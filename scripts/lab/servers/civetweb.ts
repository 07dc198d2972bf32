/** CivetWeb: a web server that serves files; a thread accepts, others each serve one connection with calls that block. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

/** Files by folder: how many, and how many bytes each has. */
const FILES = { small: [40, 700], medium: [20, 20_000], large: [5, 400_000] } as const;
/** Threads that serve connections: a few less than there are clients, so that some wait. */
const THREADS = 8;

export const server: Server = {
  name: 'civetweb',
  source: 'civetweb',
  buildPackages: [],
  build: [
    'cc $CFLAGS -DNO_SSL -DUSE_STACK_SIZE=102400 -Iinclude -o $PREFIX/civetweb src/main.c src/civetweb.c -lpthread -ldl -lrt',
  ],
  program: 'civetweb',
  shape: 'Web server for files, a thread a connection out of a pool, calls that block',
  concurrent: true,
  processesComeAndGo: false,
  settleMs: 500,
  async launch({ folder, port }) {
    const root = path.join(folder, 'htdocs');
    for (const [name, [count, bytes]] of Object.entries(FILES)) {
      await mkdir(path.join(root, name), { recursive: true });
      for (let i = 0; i < count; i++) await writeFile(path.join(root, name, `${i}.txt`), 'x'.repeat(bytes + i));
    }
    const options = {
      listening_ports: `127.0.0.1:${port}`,
      document_root: root,
      num_threads: THREADS,
      access_log_file: path.join(folder, 'access.log'),
      error_log_file: path.join(folder, 'error.log'),
      enable_keep_alive: 'yes',
      keep_alive_timeout_ms: 300,
      enable_directory_listing: 'yes',
      static_file_max_age: 60,
    };
    return { arguments: Object.entries(options).flatMap(([name, value]) => [`-${name}`, String(value)]) };
  },
  load: {
    protocol: 'http',
    clients: 10,
    idle: 0,
    thinkMs: 150,
    mixes: [
      {
        'get /small/#40.txt': 50,
        'get /medium/#20.txt': 20,
        'get /large/#5.txt': 4,
        'head /small/#40.txt': 6,
        'get /small/': 5,
        'get /none/#100 status=404': 10,
        'get /medium/#20.txt gzip': 5,
      },
      {
        'get /small/#40.txt': 30,
        'get /medium/#20.txt': 30,
        'get /large/#5.txt': 8,
        'head /small/#40.txt': 12,
        'get /medium/': 4,
        'get /none/#100 status=404': 6,
        'get /medium/#20.txt gzip': 10,
      },
      {
        'get /small/#40.txt': 70,
        'get /medium/#20.txt': 8,
        'get /large/#5.txt': 2,
        'head /small/#40.txt': 3,
        'get /large/': 6,
        'get /none/#100 status=404': 14,
        'get /small/#40.txt gzip': 4,
      },
    ],
    burst: ['get /small/', 'get /large/#5.txt', 'get /large/'],
  },
  controls: ['load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quiet'],
};
