/** ProFTPD: a server of files; a process a login, forked from one that listens. Logins are shut into the folder of the site. */
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BOOKS, LOGIN, NOTES } from '../load/ftp.js';
import { NOBODY, type Server } from '../server.js';

/** LOGIN.password, as crypt(3) keeps it. */
const PASSWORD = '$1$labsalt$84lUhPFpgPgayYJ25Op6l0';

export const server: Server = {
  name: 'proftpd',
  source: 'proftpd-dfsg/bookworm',
  buildPackages: [],
  build: [
    './configure --prefix=$PREFIX --disable-auth-pam --disable-cap --disable-ident --disable-strip',
    'make -j$JOBS proftpd',
    'cp proftpd $PREFIX/',
  ],
  program: 'proftpd',
  shape: 'Server of files (FTP): a process a login, one more connection a transfer',
  concurrent: true,
  processesComeAndGo: true,
  async launch({ folder, port }) {
    await makeSite(path.join(folder, 'site'));
    const users = path.join(folder, 'users');
    await writeFile(users, `${LOGIN.user}:${PASSWORD}:${NOBODY}:${NOBODY}::${folder}/site:/bin/false\n`, {
      mode: 0o600,
    });
    await writeFile(path.join(folder, 'groups'), `nogroup:x:${NOBODY}:\n`, { mode: 0o600 });
    const file = path.join(folder, 'proftpd.conf');
    await writeFile(file, configuration(folder, port), { mode: 0o600 });
    return { arguments: ['-n', '-c', file] };
  },
  load: {
    protocol: 'ftp',
    clients: 8,
    idle: 2,
    thinkMs: 250,
    mixes: [
      {
        'get note': 20,
        'get book': 5,
        active: 8,
        resume: 4,
        put: 8,
        move: 4,
        folder: 4,
        list: 5,
        facts: 4,
        names: 3,
        look: 8,
        missing: 4,
        private: 3,
        readonly: 3,
        connect: 12,
        guess: 3,
      },
      {
        'get note': 12,
        'get book': 8,
        active: 5,
        resume: 7,
        put: 5,
        move: 7,
        folder: 7,
        list: 8,
        facts: 3,
        names: 5,
        look: 5,
        missing: 7,
        private: 5,
        readonly: 5,
        connect: 8,
        guess: 5,
      },
      {
        'get note': 32,
        'get book': 2,
        active: 12,
        resume: 2,
        put: 14,
        move: 2,
        folder: 2,
        list: 3,
        facts: 7,
        names: 2,
        look: 14,
        missing: 2,
        private: 2,
        readonly: 2,
        connect: 18,
        guess: 2,
      },
    ],
    burst: ['all', 'get book', 'list', 'all', 'put'],
  },
  controls: ['load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quieter', 'quiet'],
};

async function makeSite(site: string): Promise<void> {
  for (const name of ['notes', 'books', 'up', 'private']) await mkdir(path.join(site, name), { recursive: true });
  const text = (bytes: number, i: number) => `text ${i}\n`.repeat(bytes / 7);
  for (let i = 0; i < NOTES; i++) await writeFile(path.join(site, 'notes', `note${i}.txt`), text(900 + 90 * i, i));
  for (let i = 0; i < BOOKS; i++)
    await writeFile(path.join(site, 'books', `book${i}.txt`), text(150_000 + 50_000 * i, i));
  await writeFile(path.join(site, 'notes', '.message'), 'These are the notes of the lab.\n');
  await chown(path.join(site, 'up'), NOBODY, NOBODY);
  await chmod(path.join(site, 'private'), 0o755);
}

function configuration(folder: string, port: number): string {
  return `ServerName "lab"
ServerType standalone
ServerIdent on "lab"
DefaultAddress 127.0.0.1
SocketBindTight on
Port ${port}
User nobody
Group nogroup
UseIPv6 off
UseReverseDNS off
WtmpLog off
DelayEngine off
MaxInstances 60
MaxLoginAttempts 3
TimeoutLogin 10
TimeoutIdle 300
TimeoutStalled 5
AuthOrder mod_auth_file.c
AuthUserFile ${folder}/users
AuthGroupFile ${folder}/groups
RequireValidShell off
DefaultRoot ~
DisplayLogin .message
DisplayChdir .message true
AllowOverwrite on
AllowStoreRestart on
ListOptions "-la"
PidFile ${folder}/proftpd.pid
ScoreboardFile ${folder}/scoreboard
SystemLog ${folder}/system.log
TransferLog ${folder}/transfer.log
ExtendedLog ${folder}/commands.log ALL
<Directory ${folder}/site>
  <Limit WRITE>
    DenyAll
  </Limit>
</Directory>
<Directory ${folder}/site/up>
  <Limit WRITE>
    AllowAll
  </Limit>
</Directory>
<Directory ${folder}/site/private>
  <Limit ALL>
    DenyAll
  </Limit>
</Directory>
`;
}
