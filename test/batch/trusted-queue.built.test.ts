/** What keeps others out of a queue (docs/batch.md, Trust): password, TLS, a user of its own. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { perfscope, scratchFolder } from '../cli/run.js';
import { RedisServer, hasRedis } from '../helpers/redis.js';
import { archiveOf, contentOf } from './archive-of.js';

const scratch = scratchFolder();
const at = (...parts: string[]) => scratch.at(...parts);
afterAll(() => scratch.dispose());

const PASSWORD = 'opensesame';
let runs = 0;

/** A batch and its worker, through the queue at an address. */
async function through(url: string, env: NodeJS.ProcessEnv = {}) {
  const output = at(`out${runs++}`);
  const queue = ['--queue', url];
  let child: ChildProcess | undefined;
  const working = perfscope(['worker', ...queue, '--jobs', '1'], { env, started: (c) => (child = c) });
  const batch = await perfscope(['batch', at('archive'), '-o', output, ...queue], { env });
  // What is refused ends by itself.
  if (batch.code === 0) child!.kill('SIGTERM');
  const worker = await working;
  return { batch, worker, output };
}

async function expectWork(url: string, env?: NodeJS.ProcessEnv): Promise<void> {
  const { batch, worker, output } = await through(url, env);
  expect(batch.stderr).toBe('');
  expect(worker).toMatchObject({ code: 0, stderr: '' });
  expect(contentOf(output)).toEqual(contentOf(at('local')));
}

async function expectRefused(url: string, reason: string | RegExp, env?: NodeJS.ProcessEnv): Promise<void> {
  const { batch, worker } = await through(url, env);
  for (const { code, stderr } of [batch, worker]) {
    expect(code).toBe(3);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toContain(PASSWORD);
    expect(stderr).not.toContain('internal error');
  }
}

describe.skipIf(!hasRedis)('with redis-server', () => {
  beforeAll(async () => {
    await archiveOf(at('archive'), 3);
    await perfscope(['batch', at('archive'), '-o', at('local'), '-q']);
  });

  test('a password: in the address, or nobody comes in', async () => {
    const redis = await RedisServer.start(at('password'), ['--requirepass', PASSWORD], { password: PASSWORD });
    try {
      await expectWork(redis.url);
      await expectRefused(redis.urlOf('', ''), 'NOAUTH');
      await expectRefused(redis.urlOf('', 'wrong'), 'WRONGPASS');
    } finally {
      await redis.stop();
    }
  });

  test('a user of its own, with the rights that the manual names, works and sees nothing else', async () => {
    const manual = readFileSync(new URL('../../docs/batch.md', import.meta.url), 'utf8');
    const [, rights] = /`ACL SETUSER perfscope on >PASSWORD ([^`]+)`/.exec(manual)!;
    const redis = await RedisServer.start(at('users'), ['--requirepass', 'admin'], { password: 'admin' });
    const admin = redis.client();
    try {
      const setUser = (name: string, ...more: string[]) =>
        admin.call('ACL', 'SETUSER', name, 'on', `>${PASSWORD}`, ...more);
      await setUser('perfscope', ...rights!.split(' '));
      await setUser('stranger', '~other:*', '+@all', '-@dangerous', '+info');
      await admin.set('others', 'secret');
      await expectWork(redis.urlOf('perfscope', PASSWORD));
      const seen = admin.duplicate({ username: 'perfscope', password: PASSWORD });
      await expect(seen.get('others')).rejects.toThrow('NOPERM');
      seen.disconnect();
      await expectRefused(redis.urlOf('stranger', PASSWORD), /NOPERM/);
    } finally {
      admin.disconnect();
      await redis.stop();
    }
  });

  test('TLS: with a certificate that is known, and not with any other', async () => {
    mkdirSync(at('tls'));
    const [key, certificate] = [at('tls', 'key.pem'), at('tls', 'cert.pem')];
    const subject = ['-subj', '/CN=queue', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject], {
      stdio: 'ignore',
    });
    const more = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no'];
    const ca = readFileSync(certificate, 'utf8');
    const redis = await RedisServer.start(at('tls'), [...more, '--requirepass', PASSWORD], {
      tls: { ca },
      password: PASSWORD,
    });
    try {
      await expectWork(redis.url, { NODE_EXTRA_CA_CERTS: certificate });
      await expectRefused(redis.url, /self-signed certificate/);
    } finally {
      await redis.stop();
    }
  });
});
