/** etcd: a store of keys in Go, of one member; whatever is written goes through a log on disk, and is applied to a tree on disk. */
import type { Server } from '../server.js';

/** The server, by parts: what takes requests, the log and its consensus, the store, the tree on disk that it lies in. */
const PACKAGES = [
  'etcdserver',
  'etcdserver/api/v2http',
  'etcdserver/api/v2store',
  'etcdserver/api/v3rpc',
  'lease',
  'mvcc',
  'mvcc/backend',
  'raft',
  'wal',
].map((name) => `go.etcd.io/etcd/${name}`);
const TREE = 'go.etcd.io/bbolt';
/** Debian's Go packages lie in /usr/share/gocode; nothing is fetched. */
const GO =
  'cd $PREFIX/go/src/go.etcd.io/etcd; GO111MODULE=off GOFLAGS=-p=$JOBS CGO_ENABLED=0 GOPATH=$PREFIX/go:/usr/share/gocode';

const go = (...names: readonly string[]) => names.map((name) => `golang-${name}-dev`);
const github = (...names: readonly string[]) => go(...names.map((name) => `github-${name}`));

export const server: Server = {
  name: 'etcd',
  source: 'etcd',
  buildPackages: [
    'golang-go',
    ...github('bgentry-speakeasy', 'coreos-bbolt', 'coreos-go-semver', 'coreos-go-systemd', 'coreos-pkg', 'creack-pty'),
    ...github(
      'dustin-go-humanize',
      'gogo-protobuf',
      'golang-groupcache',
      'golang-jwt-jwt',
      'google-btree',
      'google-uuid',
    ),
    ...github('grpc-ecosystem-go-grpc-middleware', 'grpc-ecosystem-go-grpc-prometheus', 'grpc-ecosystem-grpc-gateway'),
    ...github('jonboulle-clockwork', 'json-iterator-go', 'modern-go-reflect2', 'olekukonko-tablewriter'),
    ...github('prometheus-client-golang', 'soheilhy-cmux', 'spf13-cobra', 'tmc-grpc-websocket-proxy', 'urfave-cli'),
    ...github('xiang90-probing'),
    ...go('go.uber-zap', 'golang-x-crypto', 'golang-x-net', 'golang-x-sys', 'golang-x-time', 'google-grpc'),
    ...go('gopkg-cheggaaa-pb.v1', 'gopkg-yaml.v2', 'goprotobuf', 'k8s-sigs-yaml'),
  ],
  build: [
    'rm -rf $PREFIX/go; mkdir -p $PREFIX/go/src/go.etcd.io; cp -a . $PREFIX/go/src/go.etcd.io/etcd',
    `cp -aL /usr/share/gocode/src/${TREE} $PREFIX/go/src/go.etcd.io/`,
    `${GO} go build -gcflags=go.etcd.io/...=-m -o /dev/null . 2> $PREFIX/inlined.txt`,
    `go run $LAB_GO/hook/main.go -src $PREFIX/go/src -packages ${[...PACKAGES, TREE].join(',')} -inlined $PREFIX/inlined.txt -faults $LAB_GO/faults/faults.go -out $PREFIX/hooks.json`,
    `${GO} go build -o $PREFIX/etcd .`,
  ],
  program: 'etcd',
  hooks: { language: 'Go', list: 'hooks.json' },
  shape:
    'Store of keys in Go: goroutines a request, one for the log that is on disk before it is answered, one that applies it',
  concurrent: true,
  processesComeAndGo: false,
  settleMs: 3000,
  launch({ folder, port }) {
    const own = `http://127.0.0.1:${port + 1}`;
    const clients = `http://127.0.0.1:${port}`;
    const options = {
      name: 'lab',
      'data-dir': `${folder}/data`,
      'listen-client-urls': clients,
      'advertise-client-urls': clients,
      'listen-peer-urls': own,
      'initial-advertise-peer-urls': own,
      'initial-cluster': `lab=${own}`,
      'enable-v2': 'true',
      'snapshot-count': '500',
      logger: 'zap',
      'log-outputs': `${folder}/etcd.log`,
    };
    return Promise.resolve({ arguments: Object.entries(options).map(([name, value]) => `--${name}=${value}`) });
  },
  load: {
    protocol: 'etcd',
    clients: 6,
    idle: 0,
    thinkMs: 150,
    mixes: [
      {
        put: 24,
        get: 30,
        list: 8,
        swap: 10,
        delete: 5,
        lease: 4,
        watch: 6,
        'old set': 6,
        'old get': 8,
        status: 2,
        metrics: 1,
      },
      {
        put: 16,
        get: 20,
        list: 14,
        swap: 16,
        delete: 8,
        lease: 7,
        watch: 10,
        'old set': 12,
        'old get': 12,
        status: 4,
        metrics: 2,
      },
      {
        put: 36,
        get: 44,
        list: 4,
        swap: 6,
        delete: 3,
        lease: 2,
        watch: 3,
        'old set': 3,
        'old get': 4,
        status: 1,
        metrics: 1,
      },
    ],
    burst: ['everything', 'compact', 'defragment', 'metrics'],
  },
  controls: ['slow-disk', 'load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quiet', 'quieter'],
};
