/** ZooKeeper: a tree of small records for coordination, in Java: a selector, a pool of workers, and a pipeline of threads to the log on disk. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { JAVA, JAVA_PACKAGES, hookJars, launchJava } from '../jvm.js';
import type { Server } from '../server.js';

const JARS = '/usr/share/java';
/** Requests between two snapshots: some fall into each minute. */
const SNAPSHOT_EVERY = 2000;

export const server: Server = {
  name: 'zookeeper',
  buildPackages: ['libzookeeper-java', ...JAVA_PACKAGES],
  build: hookJars(['org.apache.zookeeper', 'org.apache.jute'], [`${JARS}/zookeeper.jar`, `${JARS}/zookeeper-jute.jar`]),
  ...JAVA,
  shape: 'Coordination service in Java: a selector and a pool of workers, a pipeline of threads, a log on disk',
  concurrent: true,
  processesComeAndGo: false,
  // The virtual machine compiles as it starts, in learning above all.
  settleMs: 6000,
  async launch(place) {
    const { folder, prefix, port } = place;
    const data = path.join(folder, 'data');
    await mkdir(data, { recursive: true });
    const file = path.join(folder, 'zoo.cfg');
    await writeFile(file, configuration(data, port));
    return launchJava(place, {
      // The manifest of the first names the other libraries.
      classPath: [`${prefix}/lib/zookeeper-jute.jar`, `${prefix}/lib/zookeeper.jar`, `${JARS}/slf4j-nop.jar`],
      main: 'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      options: [`-Dzookeeper.snapCount=${SNAPSHOT_EVERY}`],
      arguments: [file],
    });
  },
  load: {
    protocol: 'zookeeper',
    clients: 8,
    idle: 3,
    thinkMs: 100,
    mixes: [
      {
        get: 30,
        exists: 12,
        children: 10,
        set: 16,
        create: 8,
        delete: 6,
        sequence: 4,
        multi: 4,
        watch: 8,
        acl: 2,
        ping: 4,
        sync: 3,
        connect: 4,
        'word mntr': 2,
        'word cons': 1,
      },
      {
        get: 20,
        exists: 8,
        children: 14,
        set: 24,
        create: 12,
        delete: 10,
        sequence: 6,
        multi: 6,
        watch: 4,
        acl: 4,
        ping: 2,
        sync: 5,
        connect: 8,
        'word mntr': 1,
        'word cons': 2,
      },
      {
        get: 44,
        exists: 16,
        children: 6,
        set: 10,
        create: 5,
        delete: 4,
        sequence: 2,
        multi: 2,
        watch: 12,
        acl: 2,
        ping: 8,
        sync: 2,
        connect: 3,
        'word mntr': 3,
        'word cons': 1,
      },
    ],
    burst: ['children', 'multi', 'word wchp', 'word dump', 'sequence'],
  },
  controls: ['load-doubled', 'cpu-starved', 'slow-disk', 'admin-burst', 'mix-changed', 'quiet', 'quieter'],
};

function configuration(data: string, port: number): string {
  return `tickTime=2000
dataDir=${data}
clientPortAddress=127.0.0.1
clientPort=${port}
maxClientCnxns=0
preAllocSize=1024
admin.enableServer=false
4lw.commands.whitelist=*
`;
}
