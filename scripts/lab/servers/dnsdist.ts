/** dnsdist: a balancer for name servers in C++; threads for questions, for answers of each name server, and for TCP. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

/** What the lab has no use for, and what would bring libraries along. */
const WITHOUT =
  '--disable-systemd --disable-dnscrypt --disable-dnstap --disable-dns-over-https --disable-dns-over-tls --disable-unit-tests ' +
  '--without-libsodium --without-re2 --without-net-snmp --without-nghttp2 --without-lmdb --without-cdb --without-ebpf --disable-hardening';

export const server: Server = {
  name: 'dnsdist',
  source: 'dnsdist',
  buildPackages: ['libboost-dev', 'liblua5.3-dev', 'libedit-dev', 'libcap-dev', 'ragel', 'pkg-config'],
  build: [`./configure --prefix=$PREFIX --with-lua=lua5.3 ${WITHOUT}`, 'make -j$JOBS', 'cp dnsdist $PREFIX/'],
  program: 'dnsdist',
  shape:
    'DNS balancer in C++ with a cache: threads for questions, for the answers of each name server, for TCP and for checks',
  concurrent: true,
  processesComeAndGo: false,
  settleMs: 1500,
  peer: 'dns',
  async launch({ folder, port, peerPort }) {
    const file = path.join(folder, 'dnsdist.conf');
    await writeFile(file, configuration(folder, port, peerPort));
    return { arguments: ['--supervised', '-C', file] };
  },
  load: {
    protocol: 'dns',
    clients: 9,
    idle: 0,
    thinkMs: 60,
    mixes: [
      {
        'udp A known': 45,
        'udp AAAA known': 8,
        'udp A wild': 12,
        'udp A unknown': 10,
        'udp A foreign': 4,
        'udp MX zone': 4,
        'tcp A known': 8,
        'tcp A wild': 5,
        'tcp SOA zone': 3,
      },
      {
        'udp A known': 30,
        'udp AAAA known': 16,
        'udp A wild': 20,
        'udp A unknown': 16,
        'udp A foreign': 8,
        'udp MX zone': 8,
        'tcp A known': 5,
        'tcp A wild': 3,
        'tcp SOA zone': 6,
      },
      {
        'udp A known': 60,
        'udp AAAA known': 4,
        'udp A wild': 6,
        'udp A unknown': 5,
        'udp A foreign': 2,
        'udp MX zone': 2,
        'tcp A known': 14,
        'tcp A wild': 9,
        'tcp SOA zone': 1,
      },
    ],
    burst: ['udp A wild', 'tcp A wild', 'udp ANY zone'],
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

/** Two name servers, which are one peer, behind a cache and a few rules. */
function configuration(folder: string, port: number, peerPort: number): string {
  return `setLocal('127.0.0.1:${port}')
setACL({'127.0.0.0/8'})
newServer({address='127.0.0.1:${peerPort}', name='first', checkInterval=2, maxCheckFailures=1000})
newServer({address='127.0.0.1:${peerPort}', name='second', checkInterval=2, maxCheckFailures=1000})
setServerPolicy(leastOutstanding)
getPool(''):setCache(newPacketCache(3000, {maxTTL=5, numberOfShards=2}))
setMaxTCPClientThreads(2)
setTCPRecvTimeout(3)
setUDPTimeout(2)
addAction('example.', RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({QTypeRule(DNSQType.ANY), NotRule(TCPRule(true))}), TCAction())
addAction(MaxQPSIPRule(5000), DropAction())
addAction(TagRule('none'), DropAction())
addAction(AllRule(), LogAction('${folder}/questions.log', false, true, false))
setSecurityPollSuffix('')
`;
}
