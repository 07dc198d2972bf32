/** nghttpx: a proxy in C++ that speaks HTTP/1 and HTTP/2, event loops in threads, behind a parent process. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'nghttpx',
  source: 'nghttp2',
  buildPackages: ['libev-dev', 'libc-ares-dev', 'libssl-dev', 'zlib1g-dev', 'libtool', 'autoconf', 'automake'],
  build: [
    '[ -x configure ] || autoreconf -fi',
    './configure --prefix=$PREFIX --enable-app --disable-shared --enable-static --disable-python-bindings --disable-examples ' +
      '--disable-hpack-tools --without-libxml2 --without-jansson --without-mruby --without-neverbleed --without-jemalloc --without-systemd',
    'make -j$JOBS -C lib && make -j$JOBS -C third-party && make -j$JOBS -C src nghttpx',
    'cp src/nghttpx $PREFIX/',
  ],
  program: 'nghttpx',
  shape: 'HTTP/1 and HTTP/2 proxy in C++: event loops in two threads of a worker process',
  concurrent: true,
  processesComeAndGo: false,
  peer: 'http',
  async launch({ folder, port, peerPort }) {
    const file = path.join(folder, 'nghttpx.conf');
    await writeFile(
      file,
      `frontend=127.0.0.1,${port};no-tls
backend=127.0.0.1,${peerPort};/;no-tls
workers=2
errorlog-file=${folder}/error.log
accesslog-file=${folder}/access.log
backend-connections-per-frontend=4
backend-read-timeout=3s
backend-connect-timeout=2s
add-x-forwarded-for=yes
no-ocsp=yes
pid-file=${folder}/nghttpx.pid
`,
    );
    return { arguments: [`--conf=${file}`] };
  },
  load: {
    protocol: 'http2',
    clients: 8,
    idle: 2,
    thinkMs: 60,
    mixes: [
      {
        'get /small/#40': 30,
        'get /page/#200': 20,
        'get /dynamic/#900': 20,
        'get /large/#20': 4,
        'post /dynamic/#90': 10,
        'head /small/#40': 5,
        'get /nothing status=404': 5,
        'get /page/#200 gzip': 6,
      },
      {
        'get /small/#40': 15,
        'get /page/#200': 30,
        'get /dynamic/#900': 10,
        'get /large/#20': 2,
        'post /dynamic/#90': 20,
        'head /small/#40': 2,
        'get /nothing status=404': 10,
        'get /page/#200 gzip': 3,
      },
      {
        'get /small/#40': 50,
        'get /page/#200': 8,
        'get /dynamic/#900': 30,
        'get /large/#20': 8,
        'post /dynamic/#90': 5,
        'head /small/#40': 10,
        'get /nothing status=404': 2,
        'get /page/#200 gzip': 12,
      },
    ],
    burst: ['get /large/#400', 'get /page/#4000', 'get /large/#400'],
  },
  controls: ['slow-peer', 'lossy-peer', 'load-doubled', 'cpu-starved', 'mix-changed', 'admin-burst', 'quiet'],
};
