/** NATS: a message broker in Go, many goroutines a connection, with streams on disk. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../server.js';

const PACKAGE = 'github.com/nats-io/nats-server/v2/server';
/** Debian's Go packages lie in /usr/share/gocode; nothing is fetched. */
const GO =
  'cd $PREFIX/go/src/github.com/nats-io/nats-server/v2; GO111MODULE=off GOFLAGS=-p=$JOBS CGO_ENABLED=0 GOPATH=$PREFIX/go:/usr/share/gocode';

export const server: Server = {
  name: 'nats',
  source: 'nats-server',
  buildPackages: [
    'golang-go',
    'golang-github-klauspost-compress-dev',
    'golang-github-minio-highwayhash-dev',
    'golang-github-nats-io-go-nats-dev',
    'golang-github-nats-io-jwt-dev',
    'golang-github-nats-io-nkeys-dev',
    'golang-github-nats-io-nuid-dev',
    'golang-golang-x-crypto-dev',
    'golang-golang-x-sys-dev',
    'golang-golang-x-time-dev',
    'golang-uber-automaxprocs-dev',
  ],
  build: [
    'rm -rf $PREFIX/go; mkdir -p $PREFIX/go/src/github.com/nats-io/nats-server; cp -a . $PREFIX/go/src/github.com/nats-io/nats-server/v2',
    `${GO} go build -gcflags=${PACKAGE}=-m -o /dev/null . 2> $PREFIX/inlined.txt`,
    `go run $LAB_GO/hook/main.go -src $PREFIX/go/src -packages ${PACKAGE} -inlined $PREFIX/inlined.txt -faults $LAB_GO/faults/faults.go -out $PREFIX/hooks.json`,
    `${GO} go build -o $PREFIX/nats-server .`,
  ],
  program: 'nats-server',
  hooks: { language: 'Go', list: 'hooks.json' },
  shape: 'Message broker in Go: two goroutines a connection, streams on disk and in memory',
  concurrent: true,
  processesComeAndGo: false,
  async launch({ folder, port }) {
    const file = path.join(folder, 'nats.conf');
    await writeFile(file, configuration(folder, port));
    return { arguments: ['-c', file] };
  },
  load: {
    protocol: 'nats',
    clients: 6,
    idle: 3,
    thinkMs: 120,
    mixes: [
      {
        ask: 24,
        publish: 18,
        remember: 6,
        fetch: 12,
        look: 10,
        info: 5,
        list: 3,
        consumer: 2,
        purge: 3,
        connect: 4,
        'http /connz?subs=1': 2,
        'http /jsz?streams=1': 2,
      },
      {
        ask: 14,
        publish: 12,
        remember: 10,
        fetch: 8,
        look: 14,
        info: 8,
        list: 5,
        consumer: 4,
        purge: 4,
        connect: 8,
        'http /connz?subs=1': 4,
        'http /jsz?streams=1': 4,
      },
      {
        ask: 30,
        publish: 24,
        remember: 4,
        fetch: 16,
        look: 6,
        info: 3,
        list: 2,
        consumer: 3,
        purge: 2,
        connect: 3,
        'http /connz?subs=1': 3,
        'http /jsz?streams=1': 1,
      },
    ],
    burst: ['list', 'http /jsz?consumers=1&config=1', 'http /subsz?subs=1', 'http /varz'],
  },
  controls: ['load-doubled', 'cpu-starved', 'slow-disk', 'admin-burst', 'mix-changed', 'quiet', 'quieter'],
};

function configuration(folder: string, port: number): string {
  return `server_name: lab
listen: 127.0.0.1:${port}
http: 127.0.0.1:${port + 1}
log_file: "${folder}/nats.log"
jetstream { store_dir: "${folder}/streams", max_mem: 128M, max_file: 512M }
accounts { LAB { jetstream: enabled, users: [ { user: lab, password: secret } ] } }
`;
}
