/** Fossil: a web server over an SQLite database that forks a process a request. */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Server } from '../server.js';

const run = promisify(execFile);
const CHECK_INS = 12;
const FILES = 30;

export const server: Server = {
  name: 'fossil',
  source: 'fossil',
  buildPackages: ['zlib1g-dev'],
  build: ['./configure --with-openssl=none', 'make -j$JOBS', 'cp fossil $PREFIX/'],
  program: 'fossil',
  shape: 'Web server that forks a process a request, each of which opens an SQLite database',
  concurrent: true,
  processesComeAndGo: true,
  async launch({ folder, prefix, port }) {
    const repository = path.join(folder, 'project.fossil');
    await makeRepository(path.join(prefix, 'fossil'), folder, repository);
    return {
      arguments: ['server', '--localhost', '--port', String(port), '--nojail', '--max-latency', '10', repository],
      environment: { HOME: folder, USER: 'lab' },
    };
  },
  load: {
    protocol: 'http',
    clients: 4,
    idle: 0,
    thinkMs: 250,
    mixes: [
      {
        'get /timeline': 20,
        'get /dir': 15,
        'get /file/file#30.txt': 15,
        'get /raw/file#30.txt?ci=trunk': 15,
        'get /info/trunk': 10,
        'get /stat': 5,
        'get /annotate/file#30.txt?checkin=trunk': 4,
        'get /nothing-here status=404': 3,
        'get /wiki?name=Page#5': 6,
        'get /finfo/file#30.txt': 6,
      },
      {
        'get /timeline': 10,
        'get /dir': 25,
        'get /file/file#30.txt': 25,
        'get /raw/file#30.txt?ci=trunk': 8,
        'get /info/trunk': 15,
        'get /stat': 8,
        'get /annotate/file#30.txt?checkin=trunk': 2,
        'get /nothing-here status=404': 6,
        'get /wiki?name=Page#5': 3,
        'get /finfo/file#30.txt': 12,
      },
      {
        'get /timeline': 30,
        'get /dir': 8,
        'get /file/file#30.txt': 8,
        'get /raw/file#30.txt?ci=trunk': 25,
        'get /info/trunk': 6,
        'get /stat': 3,
        'get /annotate/file#30.txt?checkin=trunk': 8,
        'get /nothing-here status=404': 2,
        'get /wiki?name=Page#5': 12,
        'get /finfo/file#30.txt': 3,
      },
    ],
    burst: ['get /timeline?n=200&v', 'get /zip/trunk/all.zip', 'get /tarball/trunk/all.tar.gz', 'get /tree?expand'],
  },
  controls: ['load-doubled', 'admin-burst', 'cpu-starved', 'mix-changed', 'quiet', 'quieter'],
};

/** A project with some history, readable for anybody. */
async function makeRepository(fossil: string, folder: string, repository: string): Promise<void> {
  const checkout = path.join(folder, 'checkout');
  await mkdir(checkout);
  const options = { cwd: checkout, env: { PATH: process.env['PATH'], HOME: folder, USER: 'lab' } };
  const call = (...words: string[]) => run(fossil, words, options);
  await call('init', repository);
  await call('open', '--force', repository);
  for (let i = 0; i < CHECK_INS; i++) {
    for (let n = 0; n < FILES; n++) {
      if ((n + i) % 4 !== 0 && i > 0) continue;
      const lines = Array.from({ length: 60 }, (_, l) => `line ${l} of file ${n}, changed in ${(l + n) % (i + 1)}`);
      await writeFile(path.join(checkout, `file${n}.txt`), lines.join('\n'));
    }
    await call('addremove');
    await call('commit', '--no-prompt', '--no-warnings', '--hash', '-m', `check-in ${i}`);
  }
  for (let page = 0; page < 5; page++) {
    const text = path.join(folder, 'page.wiki');
    await writeFile(text, `<h1>Page ${page}</h1> Some words, and a [/timeline|link].\n`);
    await call('wiki', 'create', `Page${page}`, text);
    await rm(text);
  }
  await call('user', 'capabilities', 'nobody', 'ghjorz');
  await call('close', '--force');
}
