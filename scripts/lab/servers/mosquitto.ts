/** Mosquitto: an MQTT broker; an event loop in one thread, sessions and retained messages in memory and, now and then, on disk. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'mosquitto',
  source: 'mosquitto',
  buildPackages: ['libcjson-dev'],
  build: ['make -C src -j$JOBS WITH_TLS=no WITH_DOCS=no', 'cp src/mosquitto $PREFIX/'],
  program: 'mosquitto',
  shape: 'Message broker: an event loop in one thread; sessions and retained messages are saved every few seconds',
  concurrent: false,
  processesComeAndGo: false,
  unprivileged: true,
  async launch({ folder, port }) {
    const rules = path.join(folder, 'rules');
    await writeFile(rules, ['own', 'news', 'state', 'away'].map((topic) => `topic readwrite ${topic}/#\n`).join(''));
    const file = path.join(folder, 'mosquitto.conf');
    await writeFile(file, configuration(folder, port));
    return { arguments: ['-c', file] };
  },
  load: {
    protocol: 'mqtt',
    clients: 9,
    idle: 2,
    thinkMs: 90,
    mixes: [
      { news: 24, work: 26, once: 12, state: 12, look: 8, everything: 1, away: 3, lost: 2, connect: 5, ping: 7 },
      { news: 16, work: 18, once: 20, state: 8, look: 12, everything: 2, away: 5, lost: 4, connect: 8, ping: 7 },
      { news: 34, work: 36, once: 6, state: 8, look: 5, everything: 1, away: 2, lost: 1, connect: 3, ping: 4 },
    ],
    burst: ['everything', 'away', 'connect', 'once'],
  },
  controls: ['load-doubled', 'cpu-starved', 'slow-disk', 'admin-burst', 'mix-changed', 'quieter', 'quiet'],
};

function configuration(folder: string, port: number): string {
  return `listener ${port} 127.0.0.1
allow_anonymous true
acl_file ${folder}/rules
pid_file ${folder}/mosquitto.pid
persistence true
persistence_location ${folder}/
autosave_interval 3
sys_interval 2
set_tcp_nodelay true
max_queued_messages 200
log_dest file ${folder}/mosquitto.log
log_type error
log_type warning
log_type notice
log_type subscribe
log_type information
`;
}
