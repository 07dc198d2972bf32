/** ActiveMQ: a message broker in Java: threads that block on their connections, pools that hand messages on, a journal and an index on disk. */
import path from 'node:path';
import { JAVA, JAVA_PACKAGES, hookJars, launchJava } from '../jvm.js';
import type { Server } from '../server.js';

const jar = (name: string) => `/usr/share/java/${name}.jar`;
const HOOKED = ['broker', 'client', 'kahadb-store', 'stomp', 'openwire-legacy'].map((name) => jar(`activemq-${name}`));
const AS_THEY_ARE = [
  'activemq-console',
  'activemq-protobuf',
  'hawtbuf',
  'geronimo-jms_1.1_spec',
  'geronimo-j2ee-management-1.1-spec',
  'geronimo-jta-1.2-spec',
  'geronimo-annotation-1.3-spec',
  'slf4j-api',
  'slf4j-nop',
].map(jar);

export const server: Server = {
  name: 'activemq',
  buildPackages: ['libactivemq-java', 'libactivemq-protobuf-java', 'libhawtbuf-java', ...JAVA_PACKAGES],
  build: hookJars(['org.apache.activemq'], HOOKED, AS_THEY_ARE),
  ...JAVA,
  shape: 'Message broker in Java: a thread a connection, calls that block, a journal and an index on disk',
  concurrent: true,
  processesComeAndGo: false,
  settleMs: 6000,
  launch(place) {
    const { folder, prefix, port } = place;
    const options = `persistent=true&useJmx=false&dataDirectory=${folder}/data`;
    return Promise.resolve(
      launchJava(place, {
        classPath: [...HOOKED.map((file) => path.join(prefix, 'lib', path.basename(file))), ...AS_THEY_ARE],
        main: 'org.apache.activemq.console.command.ShellCommand',
        options: [`-Dactivemq.home=${folder}`, `-Djava.io.tmpdir=${folder}`],
        arguments: ['start', `broker:(stomp://127.0.0.1:${port})?${options}`],
      }),
    );
  },
  load: {
    protocol: 'stomp',
    clients: 8,
    idle: 2,
    thinkMs: 100,
    mixes: [
      { work: 34, news: 16, batch: 8, store: 14, drain: 8, browse: 4, connect: 5 },
      { work: 22, news: 12, batch: 14, store: 16, drain: 8, browse: 6, connect: 9 },
      { work: 48, news: 24, batch: 5, store: 8, drain: 5, browse: 3, connect: 4 },
    ],
    burst: ['browse', 'batch', 'connect'],
  },
  controls: ['load-doubled', 'cpu-starved', 'slow-disk', 'admin-burst', 'mix-changed', 'quiet', 'quieter'],
};
