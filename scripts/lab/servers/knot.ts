/** Knot DNS: an authoritative name server; threads that answer over UDP, others over TCP, others in the background. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HOSTS, ZONES } from '../load/dns.js';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'knot',
  source: 'knot',
  buildPackages: ['liburcu-dev', 'libgnutls28-dev', 'liblmdb-dev', 'libedit-dev'],
  build: [
    '[ -x configure ] || autoreconf -fi',
    './configure --prefix=$PREFIX --disable-shared --enable-static --disable-documentation --disable-utilities ' +
      '--disable-fastparser --disable-xdp --disable-systemd --enable-dnstap=no --without-libidn --without-libnghttp2',
    'make -j$JOBS',
    'cp src/knotd $PREFIX/',
  ],
  program: 'knotd',
  shape: 'Authoritative DNS server, threads for UDP, TCP and background work, zones in memory with a journal on disk',
  concurrent: true,
  processesComeAndGo: false,
  settleMs: 1500,
  async launch({ folder, port }) {
    await writeFile(path.join(folder, 'knot.conf'), configuration(folder, port));
    for (let zone = 0; zone < ZONES; zone++)
      await writeFile(path.join(folder, `zone${zone}.test.zone`), zoneFile(zone));
    return { arguments: ['-c', path.join(folder, 'knot.conf')] };
  },
  load: {
    protocol: 'dns',
    clients: 10,
    idle: 0,
    thinkMs: 60,
    mixes: [
      {
        'udp A known': 40,
        'udp AAAA known': 10,
        'udp MX zone': 5,
        'udp A wild': 8,
        'udp A alias': 8,
        'udp A unknown': 12,
        'udp A foreign': 2,
        'tcp A known': 12,
        'tcp TXT zone': 6,
        'tcp AXFR zone': 2,
        'udp SOA zone': 5,
      },
      {
        'udp A known': 25,
        'udp AAAA known': 20,
        'udp MX zone': 8,
        'udp A wild': 12,
        'udp A alias': 4,
        'udp A unknown': 20,
        'udp A foreign': 4,
        'tcp A known': 8,
        'tcp TXT zone': 10,
        'tcp AXFR zone': 1,
        'udp SOA zone': 8,
      },
      {
        'udp A known': 50,
        'udp AAAA known': 6,
        'udp MX zone': 3,
        'udp A wild': 4,
        'udp A alias': 14,
        'udp A unknown': 6,
        'udp A foreign': 1,
        'tcp A known': 20,
        'tcp TXT zone': 3,
        'tcp AXFR zone': 4,
        'udp SOA zone': 3,
      },
    ],
    burst: ['tcp AXFR zone', 'tcp ANY zone', 'tcp A wild'],
  },
  controls: ['load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quiet'],
};

function configuration(folder: string, port: number): string {
  const zones = Array.from({ length: ZONES }, (_, i) => `  - domain: zone${i}.test\n`).join('');
  return `server:
    listen: 127.0.0.1@${port}
    rundir: ${folder}
    udp-workers: 2
    tcp-workers: 2
    background-workers: 2
log:
  - target: ${folder}/knot.log
    any: debug
database:
    storage: ${folder}/db
mod-stats:
  - id: all
    query-type: on
acl:
  - id: anybody
    address: 127.0.0.1
    action: [transfer, update]
template:
  - id: default
    storage: ${folder}
    file: "%s.zone"
    acl: anybody
    module: mod-stats/all
zone:
${zones}`;
}

export function zoneFile(zone: number): string {
  const hosts = Array.from(
    { length: HOSTS },
    (_, i) => `host${i} IN A 10.${zone}.${i >> 8}.${i & 255}\nhost${i} IN AAAA fd00::${zone}:${i.toString(16)}\n`,
  );
  const aliases = Array.from({ length: 50 }, (_, i) => `alias${i} IN CNAME host${i * 3}\n`);
  return `$ORIGIN zone${zone}.test.
$TTL 300
@ IN SOA ns hostmaster ( 1 3600 600 86400 300 )
@ IN NS ns
@ IN MX 10 host1
@ IN TXT "a text of zone ${zone}"
ns IN A 127.0.0.1
*.wild IN A 10.9.9.9
${hosts.join('')}${aliases.join('')}`;
}
