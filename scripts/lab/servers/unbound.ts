/** Unbound: a resolver with a cache, that asks other name servers; an event loop in each of two threads. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'unbound',
  source: 'unbound',
  buildPackages: ['libssl-dev', 'libexpat1-dev', 'libevent-dev', 'bison', 'flex'],
  build: [
    './configure --prefix=$PREFIX --with-libevent --without-pythonmodule --disable-flto --disable-shared --disable-rpath',
    'make -j$JOBS unbound',
    'cp unbound $PREFIX/',
  ],
  program: 'unbound',
  shape: 'Resolver with a cache that forwards to name servers: an event loop in each of two threads, that share caches',
  concurrent: true,
  processesComeAndGo: false,
  unprivileged: true,
  settleMs: 1000,
  peer: 'dns',
  async launch({ folder, port, peerPort }) {
    const file = path.join(folder, 'unbound.conf');
    await writeFile(file, configuration(folder, port, peerPort));
    return { arguments: ['-d', '-c', file] };
  },
  load: {
    protocol: 'dns',
    clients: 9,
    idle: 0,
    thinkMs: 60,
    mixes: [
      {
        'udp A known': 40,
        'udp AAAA known': 10,
        'udp A wild': 16,
        'udp A unknown': 12,
        'udp A foreign': 4,
        'udp MX zone': 5,
        'udp TXT alias': 4,
        'tcp A known': 7,
        'tcp A wild': 4,
        'tcp SOA zone': 3,
      },
      {
        'udp A known': 28,
        'udp AAAA known': 18,
        'udp A wild': 22,
        'udp A unknown': 16,
        'udp A foreign': 8,
        'udp MX zone': 9,
        'udp TXT alias': 8,
        'tcp A known': 4,
        'tcp A wild': 3,
        'tcp SOA zone': 6,
      },
      {
        'udp A known': 56,
        'udp AAAA known': 5,
        'udp A wild': 10,
        'udp A unknown': 6,
        'udp A foreign': 2,
        'udp MX zone': 2,
        'udp TXT alias': 2,
        'tcp A known': 13,
        'tcp A wild': 8,
        'tcp SOA zone': 1,
      },
    ],
    burst: ['udp A wild', 'tcp A unknown', 'udp ANY zone'],
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

/** `test` is answered by Unbound itself where nothing else is said. */
function configuration(folder: string, port: number, peerPort: number): string {
  return `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: "${folder}/unbound.pid"
  logfile: "${folder}/unbound.log"
  use-syslog: no
  verbosity: 1
  log-queries: yes
  statistics-interval: 2
  interface: 127.0.0.1
  port: ${port}
  access-control: 127.0.0.0/8 allow
  num-threads: 2
  so-reuseport: yes
  module-config: "iterator"
  do-not-query-localhost: no
  do-ip6: no
  msg-cache-size: 2m
  rrset-cache-size: 2m
  cache-max-negative-ttl: 2
  prefetch: yes
  local-zone: "test." nodefault
  local-zone: "example." refuse
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${peerPort}
remote-control:
  control-enable: no
`;
}
