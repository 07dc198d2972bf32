/** Squid: a caching proxy in C++, an event loop with threads for the cache on disk. */
import { execFile } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { NOBODY, type Server } from '../server.js';

/** What the lab has no use for, and what would bring libraries along. */
const WITHOUT =
  '--disable-arch-native --disable-strict-error-checking --disable-translation --disable-auth --disable-snmp --disable-htcp ' +
  '--disable-wccp --disable-wccpv2 --disable-eui --disable-esi --disable-ident-lookups --disable-icap-client --disable-ecap ' +
  '--without-openssl --without-gnutls --without-mit-krb5 --without-heimdal-krb5 --without-libxml2 --without-expat --without-systemd ' +
  '--disable-external-acl-helpers --disable-url-rewrite-helpers --disable-log-daemon-helpers --disable-security-cert-generators ' +
  '--disable-security-cert-validators --disable-storeid-rewrite-helpers';

export const server: Server = {
  name: 'squid',
  source: 'squid',
  buildPackages: ['libcap-ng-dev', 'libtool', 'autoconf', 'automake'],
  build: [
    // Debian's patches change what automake makes of Makefile.am.
    'autoreconf -fi',
    `./configure --prefix=$PREFIX --enable-storeio=ufs,aufs --enable-removal-policies=lru,heap --enable-unlinkd ${WITHOUT}`,
    'make -j$JOBS',
    'make install',
  ],
  program: 'sbin/squid',
  shape: 'Caching HTTP proxy in C++: an event loop, and threads for the cache on disk',
  concurrent: true,
  processesComeAndGo: false,
  unprivileged: true,
  settleMs: 2000,
  peer: 'http',
  async launch({ folder, prefix, port }) {
    const file = path.join(folder, 'squid.conf');
    await mkdir(path.join(folder, 'cache'));
    await writeFile(
      file,
      `http_port 127.0.0.1:${port}
http_access allow all
pid_filename ${folder}/squid.pid
visible_hostname lab
access_log stdio:${folder}/access.log
cache_log ${folder}/cache.log
cache_store_log stdio:${folder}/store.log
logfile_rotate 0
netdb_filename none
coredump_dir ${folder}
cache_mem 1 MB
maximum_object_size_in_memory 4 KB
cache_dir aufs ${folder}/cache 20 4 16
cache_swap_low 60
cache_swap_high 70
store_avg_object_size 8 KB
read_timeout 3 seconds
connect_timeout 2 seconds
pinger_enable off
icp_port 0
workers 1
max_filedescriptors 1024
`,
    );
    await chown(path.join(folder, 'cache'), NOBODY, NOBODY);
    // Makes the cache's folders.
    const asNobody = { uid: NOBODY, gid: NOBODY, cwd: folder };
    await promisify(execFile)(path.join(prefix, 'sbin', 'squid'), ['-N', '-z', '-f', file], asNobody);
    return { arguments: ['-N', '-f', file] };
  },
  load: {
    protocol: 'http',
    clients: 7,
    idle: 2,
    thinkMs: 70,
    mixes: [
      {
        'get /small/#30 via-proxy': 25,
        'get /page/#300 via-proxy': 30,
        'get /large/#40 via-proxy': 4,
        'get /dynamic/#900 via-proxy': 15,
        'get /page/#40 via-proxy no-cache': 8,
        'post /dynamic/#90 via-proxy': 6,
        'head /page/#100 via-proxy': 4,
        'get /nothing/#50 via-proxy status=404': 4,
        'get /squid-internal-mgr/info': 1,
      },
      {
        'get /small/#30 via-proxy': 12,
        'get /page/#300 via-proxy': 45,
        'get /large/#40 via-proxy': 2,
        'get /dynamic/#900 via-proxy': 8,
        'get /page/#40 via-proxy no-cache': 15,
        'post /dynamic/#90 via-proxy': 3,
        'head /page/#100 via-proxy': 8,
        'get /nothing/#50 via-proxy status=404': 8,
        'get /squid-internal-mgr/info': 2,
      },
      {
        'get /small/#30 via-proxy': 45,
        'get /page/#300 via-proxy': 15,
        'get /large/#40 via-proxy': 8,
        'get /dynamic/#900 via-proxy': 25,
        'get /page/#40 via-proxy no-cache': 4,
        'post /dynamic/#90 via-proxy': 12,
        'head /page/#100 via-proxy': 2,
        'get /nothing/#50 via-proxy status=404': 2,
        'get /squid-internal-mgr/info': 1,
      },
    ],
    burst: ['get /large/#400 via-proxy no-cache', 'get /page/#4000 via-proxy', 'get /squid-internal-mgr/objects'],
  },
  controls: [
    'slow-peer',
    'lossy-peer',
    'slow-disk',
    'load-doubled',
    'cpu-starved',
    'admin-burst',
    'mix-changed',
    'quiet',
  ],
};
