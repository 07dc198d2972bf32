/** Apache httpd: a web server and proxy with a cache on disk; two processes, in each a listening thread and a pool of threads (MPM event). */
import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NOBODY, type Server } from '../server.js';

const MODULES =
  'unixd authz_core authz_host log_config logio dir autoindex mime alias rewrite headers deflate filter status env setenvif expires ' +
  'proxy proxy_http reqtimeout cache cache_disk slotmem_shm negotiation';

/** Pages by folder: how many, and how many bytes each has. */
const PAGES = { notes: [60, 1200], pages: [24, 18_000], books: [5, 260_000] } as const;

export const server: Server = {
  name: 'apache',
  source: 'apache2/bookworm',
  buildPackages: ['libapr1-dev', 'libaprutil1-dev', 'libpcre2-dev', 'zlib1g-dev'],
  build: [
    // Debian's build gives the time in another way.
    `sed -i 's/BUILD_DATETIME;/"lab";/' server/buildmark.c`,
    `./configure --prefix=$PREFIX --with-mpm=event --enable-modules=none --disable-shared --enable-mods-static='${MODULES}'`,
    'make -j$JOBS',
    'cp httpd docs/conf/mime.types $PREFIX/',
  ],
  program: 'httpd',
  shape:
    'Web server and proxy with a cache on disk: two processes, each with a thread that listens and a pool of threads',
  concurrent: true,
  processesComeAndGo: false,
  unprivileged: true,
  settleMs: 1000,
  peer: 'http',
  async launch({ folder, prefix, port, peerPort }) {
    for (const [name, [count, bytes]] of Object.entries(PAGES)) {
      await mkdir(path.join(folder, 'site', name), { recursive: true });
      for (let i = 0; i < count; i++)
        await writeFile(path.join(folder, 'site', name, `${i}.html`), `<p>page ${i}\n`.repeat(bytes / 10));
    }
    await mkdir(path.join(folder, 'cache'));
    await chown(path.join(folder, 'cache'), NOBODY, NOBODY);
    const file = path.join(folder, 'httpd.conf');
    await writeFile(file, configuration(folder, prefix, port, peerPort));
    return { arguments: ['-DFOREGROUND', '-f', file] };
  },
  load: {
    protocol: 'http',
    clients: 8,
    idle: 0,
    thinkMs: 80,
    mixes: [
      {
        'get /notes/#60.html': 24,
        'get /pages/#24.html gzip': 14,
        'get /books/#5.html': 3,
        'get /notes/': 4,
        'get /pages/#24': 5,
        'get /moved/#24 status=302': 4,
        'get /notes/none#50.html status=404': 6,
        'get /private/#9 status=403': 3,
        'get /dynamic/#900': 14,
        'get /page/#60': 10,
        'get /small/#200 gzip': 6,
        'post /dynamic/#90': 7,
      },
      {
        'get /notes/#60.html': 12,
        'get /pages/#24.html gzip': 22,
        'get /books/#5.html': 6,
        'get /notes/': 3,
        'get /pages/#24': 9,
        'get /moved/#24 status=302': 7,
        'get /notes/none#50.html status=404': 4,
        'get /private/#9 status=403': 6,
        'get /dynamic/#900': 8,
        'get /page/#60': 16,
        'get /small/#200 gzip': 3,
        'post /dynamic/#90': 4,
      },
      {
        'get /notes/#60.html': 36,
        'get /pages/#24.html gzip': 7,
        'get /books/#5.html': 2,
        'get /notes/': 6,
        'get /pages/#24': 3,
        'get /moved/#24 status=302': 2,
        'get /notes/none#50.html status=404': 10,
        'get /private/#9 status=403': 2,
        'get /dynamic/#900': 22,
        'get /page/#60': 5,
        'get /small/#200 gzip': 12,
        'post /dynamic/#90': 12,
      },
    ],
    burst: ['get /large/#300 gzip', 'get /books/', 'get /books/#5.html gzip', 'get /status?auto'],
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

/** As many processes as there may be, from the beginning. What comes from the peer goes through the cache, where it may be kept. */
function configuration(folder: string, prefix: string, port: number, peerPort: number): string {
  return `ServerRoot ${folder}
ServerName lab.test
Listen 127.0.0.1:${port}
PidFile ${folder}/httpd.pid
ErrorLog ${folder}/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %b %D" lab
CustomLog ${folder}/access.log lab
TypesConfig ${prefix}/mime.types
StartServers 2
ServerLimit 2
ThreadsPerChild 5
MaxRequestWorkers 10
MinSpareThreads 1
MaxSpareThreads 10
KeepAliveTimeout 5
MaxKeepAliveRequests 60
DocumentRoot ${folder}/site
<Directory ${folder}/site>
  Options Indexes MultiViews FollowSymLinks
  Require all granted
</Directory>
<Location /private>
  Require all denied
</Location>
<Location /status>
  SetHandler server-status
</Location>
ExtendedStatus On
ExpiresActive On
ExpiresDefault "access plus 5 minutes"
Header set X-Served-By lab
AddOutputFilterByType DEFLATE text/html
RewriteEngine On
RewriteRule ^/moved/(.*)$ /pages/$1.html [R=302,L]
CacheRoot ${folder}/cache
CacheDirLevels 1
CacheLock on
CacheLockPath ${folder}/cache/locks
ProxyTimeout 3
${['small', 'page', 'large', 'dynamic']
  .map(
    (name) => `CacheEnable disk /${name}
ProxyPass /${name} http://127.0.0.1:${peerPort}/${name}
`,
  )
  .join('')}`;
}
