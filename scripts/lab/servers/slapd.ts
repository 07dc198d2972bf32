/** OpenLDAP's slapd: a database (LMDB, memory-mapped) behind a pool of threads. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BASE, USERS } from '../load/ldap.js';
import type { Server } from '../server.js';

export const server: Server = {
  name: 'slapd',
  source: 'openldap',
  buildPackages: ['groff-base', 'libtool', 'autoconf', 'automake'],
  build: [
    '[ -x configure ] || autoreconf -fi',
    './configure --prefix=$PREFIX --without-cyrus-sasl --without-tls --disable-ipv6 --enable-mdb --disable-relay --disable-syncprov --disable-argon2',
    'make depend',
    'make -C include && make -j$JOBS -C libraries',
    // Two constants of a library that this build leaves out, used by one of Debian's patches.
    "make -j$JOBS -C servers DEFINES='-DSASL_OK=0 -DSASL_FAIL=-1'",
    'cp servers/slapd/slapd $PREFIX/ && mkdir -p $PREFIX/schema && cp debian/schema/*.schema $PREFIX/schema/',
  ],
  program: 'slapd',
  shape: 'LDAP server: a listener thread and a pool of worker threads over a memory-mapped database',
  concurrent: true,
  processesComeAndGo: false,
  async launch({ folder, prefix, port }) {
    const file = (name: string) => path.join(folder, name);
    await mkdir(file('db'));
    const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include ${prefix}/schema/${name}.schema`);
    await writeFile(
      file('slapd.conf'),
      `${schemas.join('\n')}
pidfile ${folder}/slapd.pid
threads 6
loglevel none
sizelimit 500
database mdb
maxsize 67108864
suffix "${BASE}"
rootdn "cn=admin,${BASE}"
rootpw secret
directory ${folder}/db
index objectClass eq
index uid eq,sub
`,
    );
    await writeFile(file('users.ldif'), entries());
    const tool = ['-T', 'add', '-f', file('slapd.conf'), '-l', file('users.ldif')];
    await promisify(execFile)(path.join(prefix, 'slapd'), tool);
    return { arguments: ['-d', '0', '-f', file('slapd.conf'), '-h', `ldap://127.0.0.1:${port}/`] };
  },
  load: {
    protocol: 'ldap',
    clients: 8,
    idle: 2,
    thinkMs: 60,
    mixes: [
      {
        read: 30,
        find: 25,
        list: 10,
        'find-unindexed': 5,
        missing: 5,
        compare: 6,
        modify: 10,
        add: 5,
        delete: 4,
        bind: 5,
      },
      {
        read: 15,
        find: 40,
        list: 15,
        'find-unindexed': 8,
        missing: 10,
        compare: 3,
        modify: 4,
        add: 2,
        delete: 2,
        bind: 10,
      },
      {
        read: 40,
        find: 10,
        list: 5,
        'find-unindexed': 2,
        missing: 2,
        compare: 12,
        modify: 18,
        add: 8,
        delete: 8,
        bind: 3,
      },
    ],
    burst: ['everything', 'find-unindexed', 'everything'],
  },
  controls: ['slow-disk', 'load-doubled', 'admin-burst', 'cpu-starved', 'mix-changed', 'quiet'],
};

function entries(): string {
  const top = `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: lab\ndc: lab\n\ndn: ou=people,${BASE}\nobjectClass: organizationalUnit\nou: people\n`;
  const users = Array.from(
    { length: USERS },
    (_, n) =>
      `dn: uid=user${n},ou=people,${BASE}\nobjectClass: inetOrgPerson\nuid: user${n}\ncn: User ${n}\nsn: name${n % 7}\n` +
      `description: number ${n}\ntitle: none\n`,
  );
  return [top, ...users].join('\n');
}
