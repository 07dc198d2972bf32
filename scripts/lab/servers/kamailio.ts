/** Kamailio: a SIP server; a pool of processes that read from one socket and share memory, others for TCP and timers. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DOMAIN } from '../load/sip.js';
import type { Server } from '../server.js';

const MODULES = ['sl', 'pv', 'xlog', 'textops', 'siputils', 'maxfwd', 'usrloc', 'registrar'];

export const server: Server = {
  name: 'kamailio',
  source: 'kamailio',
  buildPackages: ['bison', 'flex'],
  build: [
    `make PREFIX=$PREFIX include_modules="${MODULES.join(' ')}" cfg`,
    'make -j$JOBS CC_EXTRA_OPTS="$FLAGS" -C src kamailio',
    `make -j$JOBS CC_EXTRA_OPTS="$FLAGS" -C src modules modules="${MODULES.map((name) => `modules/${name}`).join(' ')}"`,
    'mkdir -p $PREFIX/modules && cp src/kamailio $PREFIX/',
    `for module in ${MODULES.join(' ')}; do cp src/modules/$module/$module.so $PREFIX/modules/; done`,
    'find src/lib -name "*.so*" -exec cp -P {} $PREFIX/modules/ ";"',
  ],
  program: 'kamailio',
  shape: 'SIP server: processes that read from one UDP socket, others for TCP and timers, over shared memory and locks',
  concurrent: true,
  processesComeAndGo: false,
  settleMs: 2500,
  async launch({ folder, prefix, port }) {
    const file = path.join(folder, 'kamailio.cfg');
    await writeFile(file, configuration(prefix, port));
    return {
      arguments: ['-DD', '-E', '-f', file, '-Y', folder, '-m', '32', '-M', '8', '-P', path.join(folder, 'pid')],
      environment: { LD_LIBRARY_PATH: path.join(prefix, 'modules') },
    };
  },
  load: {
    protocol: 'sip',
    clients: 9,
    idle: 0,
    thinkMs: 60,
    mixes: [
      { options: 20, register: 18, message: 26, unknown: 8, hops: 3, foreign: 4, contacts: 5, tcp: 6, large: 4 },
      { options: 30, register: 10, message: 18, unknown: 14, hops: 6, foreign: 8, contacts: 10, tcp: 4, large: 2 },
      { options: 12, register: 28, message: 36, unknown: 4, hops: 1, foreign: 2, contacts: 2, tcp: 10, large: 7 },
    ],
    burst: ['contacts', 'large', 'register'],
  },
  controls: ['load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quieter', 'quiet'],
};

function configuration(prefix: string, port: number): string {
  return `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=3
tcp_children=2
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
auto_aliases=no
dns=no
rev_dns=no
server_header="Server: lab"
mpath="${prefix}/modules/"
${MODULES.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "timer_interval", 3)
modparam("registrar", "max_contacts", 3)
modparam("registrar", "max_expires", 60)
request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (is_method("OPTIONS")) {
    sl_send_reply("200", "OK");
    exit;
  }
  if ($rd != "${DOMAIN}") {
    xlog("L_ERR", "refused: $rm of $fu for $ru from $si\\n");
    sl_send_reply("403", "Not Here");
    exit;
  }
  if (is_method("REGISTER")) {
    save("location");
    exit;
  }
  if (!lookup("location")) {
    sl_send_reply("404", "Not Found");
    exit;
  }
  append_hf("X-Lab: $ci\\r\\n");
  forward();
}
`;
}
