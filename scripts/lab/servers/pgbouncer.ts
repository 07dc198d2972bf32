/** PgBouncer: a pool of connections in front of a database; one process, one event loop, clients wait in queues for a connection. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LOGIN } from '../load/pgbouncer.js';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'pgbouncer',
  source: 'pgbouncer',
  buildPackages: ['libevent-dev', 'pkg-config'],
  build: [
    './configure --prefix=$PREFIX --without-openssl --without-cares --without-systemd --without-pam',
    'make -j$JOBS pgbouncer',
    'cp pgbouncer $PREFIX/',
  ],
  program: 'pgbouncer',
  shape: 'Pooler of database connections: one event loop between clients and fewer connections to the peer',
  concurrent: false,
  processesComeAndGo: false,
  unprivileged: true,
  peer: 'postgres',
  async launch({ folder, port, peerPort }) {
    const file = path.join(folder, 'pgbouncer.ini');
    const users = path.join(folder, 'users.txt');
    await writeFile(users, `"${LOGIN.user}" "${LOGIN.password}"\n`);
    // Connections to the peer do not live long, so that there is more to see than bytes passed on.
    await writeFile(
      file,
      `[databases]
shop = host=127.0.0.1 port=${peerPort} dbname=shop
archive = host=127.0.0.1 port=${peerPort} dbname=archive pool_size=2 pool_mode=session
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
logfile = ${folder}/pgbouncer.log
auth_type = md5
auth_file = ${users}
admin_users = ${LOGIN.user}
pool_mode = transaction
default_pool_size = 5
max_client_conn = 80
server_reset_query_always = 1
server_check_delay = 1
server_lifetime = 4
server_idle_timeout = 3
server_connect_timeout = 2
server_login_retry = 1
query_wait_timeout = 3
stats_period = 3
verbose = 0
`,
    );
    return { arguments: [file] };
  },
  load: {
    protocol: 'pgbouncer',
    clients: 10,
    idle: 2,
    thinkMs: 60,
    mixes: [
      {
        read: 40,
        rows: 8,
        update: 10,
        transaction: 14,
        prepared: 14,
        wrong: 4,
        settings: 4,
        connect: 8,
        'connect archive': 4,
        'show pools': 1,
        'show stats': 1,
      },
      {
        read: 25,
        rows: 14,
        update: 6,
        transaction: 8,
        prepared: 25,
        wrong: 8,
        settings: 8,
        connect: 4,
        'connect archive': 8,
        'show clients': 2,
        'show servers': 1,
      },
      {
        read: 55,
        rows: 3,
        update: 18,
        transaction: 25,
        prepared: 6,
        wrong: 2,
        settings: 2,
        connect: 14,
        'connect archive': 2,
        'show pools': 1,
        'show databases': 1,
      },
    ],
    burst: ['show clients', 'rows', 'show config', 'rows', 'connect archive'],
  },
  controls: ['slow-peer', 'lossy-peer', 'load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quiet'],
};
