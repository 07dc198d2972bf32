/** stunnel: adds TLS to connections and takes it off them; a thread a connection, as long as it lasts. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CLOSED, HOST, INWARD, NOBODY_HOST } from '../load/tls.js';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'stunnel',
  source: 'stunnel4/bookworm',
  buildPackages: ['libssl-dev', 'openssl'],
  build: [
    './configure --prefix=$PREFIX --with-threads=pthread --disable-systemd --disable-libwrap --disable-fips',
    'make -j$JOBS -C src stunnel',
    'cp src/stunnel $PREFIX/',
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=${HOST} -keyout $PREFIX/key.pem -out $PREFIX/cert.pem`,
    // It runs as nobody.
    'chmod a+r $PREFIX/key.pem',
  ],
  program: 'stunnel',
  shape: 'Proxy that adds TLS to connections and takes it off them: a thread a connection',
  concurrent: true,
  processesComeAndGo: false,
  unprivileged: true,
  peer: 'http',
  async launch({ folder, prefix, port, peerPort }) {
    const file = path.join(folder, 'stunnel.conf');
    await writeFile(file, configuration(folder, prefix, port, peerPort));
    return { arguments: [file] };
  },
  load: {
    protocol: 'tls',
    clients: 7,
    idle: 2,
    thinkMs: 110,
    mixes: [
      {
        'get /small/#40': 14,
        'get /page/#200': 10,
        'get /small/#40 once': 16,
        'get /dynamic/#900 once': 12,
        'get /large/#20 once': 2,
        'post /dynamic/#90': 7,
        'post /dynamic/#90 once': 5,
        'get /nothing/#50 once status=404': 3,
        'get /small/#40 inward': 8,
        'get /page/#200 inward': 5,
        plain: 4,
        nobody: 5,
      },
      {
        'get /small/#40': 8,
        'get /page/#200': 18,
        'get /small/#40 once': 10,
        'get /dynamic/#900 once': 18,
        'get /large/#20 once': 4,
        'post /dynamic/#90': 4,
        'post /dynamic/#90 once': 9,
        'get /nothing/#50 once status=404': 6,
        'get /small/#40 inward': 5,
        'get /page/#200 inward': 9,
        plain: 7,
        nobody: 9,
      },
      {
        'get /small/#40': 24,
        'get /page/#200': 5,
        'get /small/#40 once': 24,
        'get /dynamic/#900 once': 6,
        'get /large/#20 once': 1,
        'post /dynamic/#90': 12,
        'post /dynamic/#90 once': 3,
        'get /nothing/#50 once status=404': 2,
        'get /small/#40 inward': 14,
        'get /page/#200 inward': 2,
        plain: 2,
        nobody: 2,
      },
    ],
    burst: ['get /large/#300 once', 'get /large/#300 inward', 'get /page/#4000 once'],
  },
  controls: [
    'slow-peer',
    'lossy-peer',
    'load-doubled',
    'cpu-starved',
    'admin-burst',
    'mix-changed',
    'quieter',
    'quiet',
  ],
};

/** `out` adds what `web` takes off. */
function configuration(folder: string, prefix: string, port: number, peerPort: number): string {
  return `foreground = yes
pid =
syslog = no
output = ${folder}/stunnel.log
debug = info
cert = ${prefix}/cert.pem
key = ${prefix}/key.pem
TIMEOUTbusy = 3
TIMEOUTclose = 1
TIMEOUTconnect = 2
TIMEOUTidle = 60
[web]
accept = 127.0.0.1:${port}
connect = 127.0.0.1:${peerPort}
[nobody]
sni = web:${NOBODY_HOST}
connect = 127.0.0.1:${port + CLOSED}
[out]
client = yes
accept = 127.0.0.1:${port + INWARD}
connect = 127.0.0.1:${port}
sni = ${HOST}
`;
}
