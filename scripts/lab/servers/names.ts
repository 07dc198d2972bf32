/** A name server in Rust: trust-dns-server's parts on tokio, put together by rust/names. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ZONES } from '../load/dns.js';
import type { Server } from '../server.js';
import { zoneFile } from './knot.js';

export const server: Server = {
  name: 'names',
  // Debian has crates installed as sources: what it calls a version is this one's.
  buildPackages: ['librust-trust-dns-server-dev'],
  crates: ['names', 'trust_dns_server', 'trust_dns_proto', 'trust_dns_client'],
  build: [
    'cp -a $LAB_RUST/names/. . && mkdir -p .cargo',
    `printf '[source.crates-io]\\nreplace-with = "debian"\\n[source.debian]\\ndirectory = "/usr/share/cargo/registry"\\n' > .cargo/config.toml`,
    // Not with LLD, rustc's own choice: where it puts code, strace's libunwind finds no more than the innermost frames.
    'RUSTC_WRAPPER=$LAB_RUST/padded cargo rustc --offline --release -j$JOBS -- -Clink-arg=-fuse-ld=bfd',
    'cp target/release/names $PREFIX/',
  ],
  program: 'names',
  shape:
    'Authoritative DNS server in Rust: tasks of an async runtime on three threads, and a pool of threads for files',
  concurrent: true,
  processesComeAndGo: false,
  async launch({ folder, port }) {
    const zones = Array.from({ length: ZONES }, (_, i) => `zone${i}.test`);
    for (const [i, zone] of zones.entries()) await writeFile(path.join(folder, `${zone}.zone`), zoneFile(i));
    return { arguments: [folder, String(port), ...zones] };
  },
  load: {
    protocol: 'dns',
    clients: 9,
    idle: 0,
    thinkMs: 60,
    mixes: [
      {
        'udp A known': 40,
        'udp AAAA known': 12,
        'udp MX zone': 6,
        'udp A wild': 10,
        'udp A alias': 8,
        'udp A unknown': 12,
        'udp A foreign': 3,
        'tcp A known': 14,
        'tcp TXT zone': 5,
        'tcp AXFR zone': 1,
        'udp SOA zone': 4,
      },
      {
        'udp A known': 25,
        'udp AAAA known': 20,
        'udp MX zone': 9,
        'udp A wild': 18,
        'udp A alias': 4,
        'udp A unknown': 20,
        'udp A foreign': 6,
        'tcp A known': 7,
        'tcp TXT zone': 8,
        'tcp AXFR zone': 1,
        'udp SOA zone': 8,
      },
      {
        'udp A known': 55,
        'udp AAAA known': 6,
        'udp MX zone': 3,
        'udp A wild': 5,
        'udp A alias': 14,
        'udp A unknown': 6,
        'udp A foreign': 1,
        'tcp A known': 24,
        'tcp TXT zone': 3,
        'tcp AXFR zone': 2,
        'udp SOA zone': 2,
      },
    ],
    burst: ['tcp AXFR zone', 'tcp ANY zone', 'tcp A wild'],
  },
  controls: ['slow-disk', 'load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quieter', 'quiet'],
};
