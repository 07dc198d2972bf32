/** Tinyproxy: an HTTP proxy without a cache; a thread a connection, which it is done with after one request. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

/** What may not be asked for, after some that nobody asks for. */
const FORBIDDEN = [...Array.from({ length: 40 }, (_, i) => `^ads${i}\\.test$`), '^blocked\\.test$'];

export const server: Server = {
  name: 'tinyproxy',
  source: 'tinyproxy/bookworm',
  buildPackages: [],
  build: [
    './configure --prefix=$PREFIX --enable-filter --enable-reverse --enable-upstream --enable-xtinyproxy --disable-manpage_support',
    'make -j$JOBS -C src',
    'cp src/tinyproxy $PREFIX/',
    'cp data/templates/*.html $PREFIX/',
  ],
  program: 'tinyproxy',
  shape: 'HTTP proxy: a thread a connection, that ends with its only request',
  concurrent: true,
  processesComeAndGo: false,
  unprivileged: true,
  peer: 'http',
  async launch({ folder, prefix, port, peerPort }) {
    await writeFile(path.join(folder, 'filter'), `${FORBIDDEN.join('\n')}\n`);
    const file = path.join(folder, 'tinyproxy.conf');
    await writeFile(file, configuration(folder, prefix, port, peerPort));
    return { arguments: ['-d', '-c', file] };
  },
  load: {
    protocol: 'proxy',
    clients: 8,
    idle: 3,
    thinkMs: 120,
    mixes: [
      {
        'get /small/#40 via-proxy': 24,
        'get /page/#200 via-proxy': 14,
        'get /dynamic/#900 via-proxy': 14,
        'get /large/#20 via-proxy': 3,
        'post /dynamic/#90 via-proxy': 8,
        'head /page/#40 via-proxy': 4,
        'get /nothing/#50 via-proxy status=404': 4,
        'tunnel /page/#40': 8,
        'tunnel refused': 2,
        'get /shop/small/#40': 8,
        'get http://blocked.test/#9 status=403': 5,
        'get http://status.test/': 1,
      },
      {
        'get /small/#40 via-proxy': 12,
        'get /page/#200 via-proxy': 24,
        'get /dynamic/#900 via-proxy': 8,
        'get /large/#20 via-proxy': 5,
        'post /dynamic/#90 via-proxy': 4,
        'head /page/#40 via-proxy': 8,
        'get /nothing/#50 via-proxy status=404': 7,
        'tunnel /page/#40': 4,
        'tunnel refused': 4,
        'get /shop/small/#40': 14,
        'get http://blocked.test/#9 status=403': 9,
        'get http://status.test/': 2,
      },
      {
        'get /small/#40 via-proxy': 40,
        'get /page/#200 via-proxy': 7,
        'get /dynamic/#900 via-proxy': 24,
        'get /large/#20 via-proxy': 1,
        'post /dynamic/#90 via-proxy': 14,
        'head /page/#40 via-proxy': 2,
        'get /nothing/#50 via-proxy status=404': 2,
        'tunnel /page/#40': 14,
        'tunnel refused': 1,
        'get /shop/small/#40': 4,
        'get http://blocked.test/#9 status=403': 2,
        'get http://status.test/': 1,
      },
    ],
    burst: ['get http://status.test/', 'get /large/#300 via-proxy', 'tunnel /large/#20'],
  },
  controls: [
    'slow-peer',
    'lossy-peer',
    'slow-disk',
    'load-doubled',
    'cpu-starved',
    'admin-burst',
    'mix-changed',
    'quieter',
    'quiet',
  ],
};

/** Its log is written through to the disk line by line. */
function configuration(folder: string, prefix: string, port: number, peerPort: number): string {
  return `Port ${port}
Listen 127.0.0.1
Timeout 4
DefaultErrorFile "${prefix}/default.html"
StatFile "${prefix}/stats.html"
StatHost "status.test"
LogFile "${folder}/tinyproxy.log"
LogLevel Connect
PidFile "${folder}/tinyproxy.pid"
XTinyproxy Yes
MaxClients 60
Allow 127.0.0.1
ViaProxyName "lab"
AddHeader "X-Lab" "yes"
Filter "${folder}/filter"
FilterExtended On
ConnectPort ${peerPort}
ReversePath "/shop/" "http://127.0.0.1:${peerPort}/"
`;
}
