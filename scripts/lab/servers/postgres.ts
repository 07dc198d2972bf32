/** PostgreSQL: a database in processes, one a connection and some in the background, that share memory and locks. */
import { execFile } from 'node:child_process';
import { access, appendFile, chmod, chown, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ACCOUNTS } from '../load/postgres.js';
import { NOBODY, type Server } from '../server.js';

const run = promisify(execFile);

export const server: Server = {
  name: 'postgres',
  // The main archive's version: the one of the last security update is not always mirrored.
  source: 'postgresql-15/bookworm',
  buildPackages: ['bison', 'flex'],
  build: [
    './configure --prefix=$PREFIX --without-readline --without-icu --without-zlib --disable-rpath',
    'make -C src/backend generated-headers && make -j$JOBS -C src/backend',
    'for part in common port interfaces/libpq bin/initdb backend include timezone backend/snowball pl/plpgsql; do make -j$JOBS -C src/$part install; done',
  ],
  program: 'bin/postgres',
  shape:
    'SQL database: a process a connection, and processes for the log, checkpoints and vacuuming, over shared memory',
  concurrent: true,
  processesComeAndGo: true,
  unprivileged: true,
  stopSignal: 'SIGQUIT',
  settleMs: 1000,
  async launch({ folder, prefix, port }) {
    const template = await databaseTemplate(prefix);
    const data = path.join(folder, 'data');
    await cp(template, data, { recursive: true });
    await run('chown', ['-R', 'nobody', data]);
    await chmod(data, 0o700);
    await appendFile(
      path.join(data, 'postgresql.conf'),
      `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = ''\nshared_buffers = 8MB\nwork_mem = 64kB
dynamic_shared_memory_type = mmap\nmax_connections = 60\nautovacuum_naptime = 5s\ncheckpoint_timeout = 30s\nbgwriter_delay = 100ms
log_min_duration_statement = 50\nlogging_collector = off\ndeadlock_timeout = 500ms\n`,
    );
    return { arguments: ['-D', data] };
  },
  load: {
    protocol: 'postgres',
    clients: 6,
    idle: 2,
    thinkMs: 70,
    mixes: [
      {
        read: 40,
        range: 10,
        scan: 3,
        join: 6,
        transfer: 18,
        insert: 6,
        rollback: 4,
        catalog: 2,
        temporary: 2,
        sort: 4,
      },
      {
        read: 25,
        range: 20,
        scan: 6,
        join: 12,
        transfer: 8,
        insert: 3,
        rollback: 2,
        catalog: 5,
        temporary: 4,
        sort: 8,
      },
      {
        read: 50,
        range: 5,
        scan: 1,
        join: 3,
        transfer: 30,
        insert: 12,
        rollback: 8,
        catalog: 1,
        temporary: 1,
        sort: 2,
      },
    ],
    burst: ['scan', 'vacuum', 'sort', 'catalog', 'insert'],
  },
  controls: ['slow-disk', 'admin-burst', 'load-doubled', 'cpu-starved', 'mix-changed', 'quiet'],
};

const SCHEMA = `
CREATE TABLE accounts (id int PRIMARY KEY, owner text, balance int, note text);
INSERT INTO accounts SELECT g, 'owner ' || g % 40, g * 7 % 1000, md5(g::text) FROM generate_series(1, ${ACCOUNTS}) g;
CREATE TABLE history (id serial PRIMARY KEY, account int, delta int, at timestamptz DEFAULT now());
CREATE INDEX ON history (account);
INSERT INTO history (account, delta) SELECT g % ${ACCOUNTS} + 1, g % 50 FROM generate_series(1, 4000) g;
`;

/** A database cluster with the load's tables, made once. initdb refuses root. */
async function databaseTemplate(prefix: string): Promise<string> {
  const template = path.join(prefix, 'template');
  if (
    await access(template).then(
      () => true,
      () => false,
    )
  )
    return template;
  const making = `${template}.new`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making);
  await chown(making, NOBODY, NOBODY);
  const bin = (name: string) => path.join(prefix, 'bin', name);
  const asNobody = { uid: NOBODY, gid: NOBODY, cwd: '/' };
  await run(bin('initdb'), ['-D', making, '-U', 'lab', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'], asNobody);
  // In single-user mode a statement ends at the end of its line.
  const single = execFile(bin('postgres'), ['--single', '-D', making, 'postgres'], asNobody);
  single.stdin!.end(`${SCHEMA.trim()}\n`);
  const status = await new Promise((resolve) => single.on('close', resolve));
  if (status !== 0) throw new Error(`postgres: making the tables failed with ${String(status)}`);
  await run('mv', [making, template]);
  return template;
}
