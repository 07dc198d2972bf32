/** Exim: a mail server; a process a connection, and one a message that is delivered, all forked from one. */
import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ALIASES, USERS } from '../load/smtp.js';
import { NOBODY, type Server } from '../server.js';

/** Local/Makefile: what is built, and for whom. */
const MAKEFILE = [
  'BIN_DIRECTORY=$PREFIX',
  'CONFIGURE_FILE=$PREFIX/exim.conf',
  `EXIM_USER=${NOBODY}`,
  `EXIM_GROUP=${NOBODY}`,
  'SPOOL_DIRECTORY=$PREFIX/spool',
  'ROUTER_ACCEPT=yes',
  'ROUTER_MANUALROUTE=yes',
  'ROUTER_REDIRECT=yes',
  'TRANSPORT_APPENDFILE=yes',
  'TRANSPORT_SMTP=yes',
  'LOOKUP_LSEARCH=yes',
  'PCRE2_CONFIG=yes',
  'DISABLE_TLS=yes',
  'FIXED_NEVER_USERS=',
  'EXTRALIBS=-lresolv -lm -ldl',
  'CFLAGS=$FLAGS -D_FILE_OFFSET_BITS=64',
];

export const server: Server = {
  name: 'exim',
  // The main archive's version: the one of the last security update is not always mirrored.
  source: 'exim4/bookworm',
  buildPackages: ['libpcre2-dev', 'libdb5.3-dev'],
  build: [
    'mkdir -p Local',
    `printf '%s\\n' ${MAKEFILE.map((line) => `"${line}"`).join(' ')} > Local/Makefile`,
    'make -j$JOBS',
    'cp build-*/exim $PREFIX/',
  ],
  program: 'exim',
  shape:
    'Mail server: a process a connection, one a delivery, forked from one that listens; messages and hints on disk',
  concurrent: true,
  processesComeAndGo: true,
  unprivileged: true,
  peer: 'smtp',
  async launch({ folder, prefix, port, peerPort }) {
    for (const name of ['spool', 'log', 'mail']) {
      await mkdir(path.join(folder, name));
      await chown(path.join(folder, name), NOBODY, NOBODY);
    }
    const list = (count: number, line: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => line(i)).join('');
    await writeFile(
      path.join(folder, 'users'),
      list(USERS, (i) => `user${i}: user${i}\n`),
    );
    await writeFile(
      path.join(folder, 'aliases'),
      list(ALIASES, (i) => `team${i}: user${i}, user${i + 7}, user${i + 9}\n`),
    );
    const file = path.join(folder, 'exim.conf');
    await writeFile(file, configuration(folder, prefix, port, peerPort));
    return { arguments: ['-C', file, '-bdf', '-q20s'] };
  },
  load: {
    protocol: 'smtp',
    clients: 6,
    idle: 1,
    thinkMs: 300,
    mixes: [
      { user: 24, alias: 8, relay: 26, large: 4, several: 6, unknown: 10, foreign: 4, forbidden: 3, verify: 6 },
      { user: 20, alias: 14, relay: 14, large: 2, several: 12, unknown: 16, foreign: 8, forbidden: 5, verify: 10 },
      { user: 30, alias: 4, relay: 40, large: 8, several: 3, unknown: 5, foreign: 2, forbidden: 1, verify: 3 },
    ],
    burst: ['large', 'several', 'alias'],
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

/** What goes to peer.test is asked for there before it is taken, so that clients feel how the peer is. */
function configuration(folder: string, prefix: string, port: number, peerPort: number): string {
  return `primary_hostname = lab.test
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
exim_path = ${prefix}/exim
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
disable_ipv6
deliver_drop_privilege
never_users =
keep_environment =
host_lookup =
smtp_accept_max = 60
smtp_accept_queue_per_connection = 0
smtp_enforce_sync = false
remote_max_parallel = 2
acl_smtp_rcpt = recipient
acl_smtp_data = message
acl_smtp_vrfy = accept
begin acl
recipient:
  deny domains = mail.test
    !verify = recipient
    message = no such user
  accept domains = mail.test
  accept domains = peer.test
    verify = recipient/callout=4s,no_cache
  deny message = relay not permitted
message:
  deny condition = \${if match{$message_body}{FORBIDDEN}}
    message = refused
  accept
begin routers
relayed:
  driver = manualroute
  domains = peer.test
  transport = remote
  route_list = * 127.0.0.1
  self = send
  no_more
aliases:
  driver = redirect
  data = \${lookup{$local_part}lsearch{${folder}/aliases}}
users:
  driver = accept
  condition = \${lookup{$local_part}lsearch{${folder}/users}{yes}{no}}
  transport = mailbox
begin transports
mailbox:
  driver = appendfile
  file = ${folder}/mail/\${lookup{$local_part}lsearch{${folder}/users}}
  user = ${NOBODY}
  group = ${NOBODY}
remote:
  driver = smtp
  port = ${peerPort}
  command_timeout = 4s
  final_timeout = 4s
begin retry
* * F,1h,5s
`;
}
