/** Icecast: streams of sound; a thread a stream that serves all its listeners, one for connections, one for files, one for statistics. */
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FILES, PASSWORD, STREAMS } from '../load/streams.js';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'icecast',
  source: 'icecast2',
  buildPackages: ['libvorbis-dev', 'libxslt1-dev', 'libxml2-dev', 'libssl-dev', 'pkg-config'],
  build: ['./configure --prefix=$PREFIX --disable-yp --without-curl', 'make -j$JOBS', 'make install'],
  program: 'bin/icecast',
  shape:
    'Streaming server: a thread a stream for all its listeners, threads for connections, requests, files and statistics',
  concurrent: true,
  processesComeAndGo: false,
  unprivileged: true,
  settleMs: 1000,
  async launch({ folder, prefix, port }) {
    const web = path.join(folder, 'web');
    await cp(path.join(prefix, 'share/icecast/web'), web, { recursive: true });
    for (let i = 0; i < FILES; i++)
      await writeFile(path.join(web, `song${i}.mp3`), Buffer.alloc(20_000 + 7000 * i, `song ${i} `));
    const file = path.join(folder, 'icecast.xml');
    await writeFile(file, configuration(folder, prefix, port));
    return { arguments: ['-c', file] };
  },
  load: {
    protocol: 'streams',
    clients: 8,
    idle: 2,
    thinkMs: 120,
    mixes: [
      {
        listen: 30,
        titles: 10,
        long: 5,
        file: 14,
        status: 5,
        playlist: 6,
        title: 5,
        listeners: 3,
        denied: 3,
        missing: 6,
      },
      {
        listen: 18,
        titles: 18,
        long: 8,
        file: 8,
        status: 8,
        playlist: 12,
        title: 9,
        listeners: 6,
        denied: 6,
        missing: 12,
      },
      {
        listen: 45,
        titles: 5,
        long: 3,
        file: 24,
        status: 2,
        playlist: 3,
        title: 3,
        listeners: 1,
        denied: 1,
        missing: 3,
      },
    ],
    burst: ['status', 'listeners', 'file'],
  },
  controls: ['load-doubled', 'cpu-starved', 'slow-disk', 'admin-burst', 'mix-changed', 'quieter', 'quiet'],
};

function configuration(folder: string, prefix: string, port: number): string {
  return `<icecast>
  <limits>
    <clients>100</clients><sources>${STREAMS + 2}</sources><queue-size>102400</queue-size><client-timeout>10</client-timeout>
    <header-timeout>5</header-timeout><source-timeout>4</source-timeout><burst-size>12000</burst-size>
  </limits>
  <authentication>
    <source-password>${PASSWORD}</source-password><relay-password>${PASSWORD}</relay-password>
    <admin-user>admin</admin-user><admin-password>${PASSWORD}</admin-password>
  </authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <fileserve>1</fileserve>
  <paths>
    <basedir>${folder}</basedir><logdir>${folder}</logdir><webroot>${folder}/web</webroot>
    <adminroot>${prefix}/share/icecast/admin</adminroot>
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging>
</icecast>
`;
}
