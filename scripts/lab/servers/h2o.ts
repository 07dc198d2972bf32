/** H2O: a web server with HTTP/2, files from disk and a peer behind it; an event loop in each of two threads, and helpers for names. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

/** Files by folder: how many, and how many bytes each has. */
const FILES = { small: [40, 900], medium: [20, 24_000], large: [4, 300_000] } as const;

export const server: Server = {
  name: 'h2o',
  source: 'h2o',
  buildPackages: ['cmake', 'pkg-config', 'libssl-dev', 'libyaml-dev', 'zlib1g-dev'],
  build: [
    // No build type: nothing is added to the lab's flags.
    'cmake -S . -B out -DCMAKE_BUILD_TYPE= -DWITH_MRUBY=off -DWITH_BUNDLED_SSL=off -DBUILD_SHARED_LIBS=off',
    'make -C out -j$JOBS h2o',
    'cp out/h2o $PREFIX/',
  ],
  program: 'h2o',
  shape: 'Web server and reverse proxy, HTTP/1 and HTTP/2 without TLS: an event loop in each of two threads',
  concurrent: true,
  processesComeAndGo: false,
  unprivileged: true,
  peer: 'http',
  async launch({ folder, port, peerPort }) {
    const root = path.join(folder, 'htdocs');
    for (const [name, [count, bytes]] of Object.entries(FILES)) {
      await mkdir(path.join(root, name), { recursive: true });
      for (let i = 0; i < count; i++)
        await writeFile(path.join(root, name, `${i}.txt`), `line ${i}\n`.repeat(bytes / 7));
    }
    const file = path.join(folder, 'h2o.conf');
    const proxied = (name: string) => `      "/${name}":
        proxy.reverse.url: "http://127.0.0.1:${peerPort}/${name}"
        proxy.timeout.io: 3000
        proxy.timeout.keepalive: 1500
`;
    await writeFile(
      file,
      `listen:
  host: 127.0.0.1
  port: ${port}
num-threads: 2
max-connections: 200
pid-file: ${folder}/h2o.pid
error-log: ${folder}/error.log
access-log:
  path: ${folder}/access.log
  format: "%h %l %u %t \\"%r\\" %s %b \\"%{User-agent}i\\" %{duration}x"
compress: ON
expires: 1 hour
header.add: "X-Served-By: lab"
hosts:
  default:
    paths:
      "/files":
        file.dir: ${root}
        file.dirlisting: ON
      "/old":
        redirect:
          status: 301
          url: /files/small/0.txt
      "/status":
        status: ON
${['small', 'page', 'large', 'dynamic'].map(proxied).join('')}`,
    );
    return { arguments: ['-m', 'worker', '-c', file] };
  },
  load: {
    protocol: 'http2',
    clients: 9,
    idle: 1,
    thinkMs: 80,
    mixes: [
      {
        'get /files/small/#40.txt': 30,
        'get /files/medium/#20.txt': 12,
        'get /files/medium/#20.txt gzip': 8,
        'get /files/large/#4.txt': 3,
        'get /files/small/': 4,
        'head /files/small/#40.txt': 5,
        'get /files/none/#90 status=404': 6,
        'get /old/#9 status=301': 4,
        'get /dynamic/#900': 16,
        'get /page/#200 gzip': 6,
        'post /dynamic/#90': 8,
        'get /status/json': 1,
      },
      {
        'get /files/small/#40.txt': 15,
        'get /files/medium/#20.txt': 20,
        'get /files/medium/#20.txt gzip': 15,
        'get /files/large/#4.txt': 5,
        'get /files/medium/': 6,
        'head /files/small/#40.txt': 10,
        'get /files/none/#90 status=404': 3,
        'get /old/#9 status=301': 8,
        'get /dynamic/#900': 8,
        'get /page/#200 gzip': 12,
        'post /dynamic/#90': 4,
        'get /status/json': 3,
      },
      {
        'get /files/small/#40.txt': 45,
        'get /files/medium/#20.txt': 6,
        'get /files/medium/#20.txt gzip': 4,
        'get /files/large/#4.txt': 1,
        'get /files/large/': 3,
        'head /files/small/#40.txt': 3,
        'get /files/none/#90 status=404': 12,
        'get /old/#9 status=301': 2,
        'get /dynamic/#900': 25,
        'get /small/#40': 10,
        'post /dynamic/#90': 14,
        'get /status/json': 1,
      },
    ],
    burst: ['get /large/#400 gzip', 'get /files/large/#4.txt gzip', 'get /files/small/'],
  },
  controls: ['slow-peer', 'lossy-peer', 'load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quiet'],
};
