/** What the peers of mail and name servers answer, asked by the lab's clients as if they were the servers themselves. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from '../../scripts/lab/load/client.js';
import * as dns from '../../scripts/lab/load/dns.js';
import * as smtp from '../../scripts/lab/load/smtp.js';
import { rngOf } from '../../scripts/lab/rng.js';
import { type StartedPeer, startPeer } from './peer.js';

const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});

async function asked(name: string, protocol: typeof dns | typeof smtp): Promise<Session & StartedPeer> {
  const started = await startPeer(name);
  const session = await protocol.open({ port: started.port, peerPort: 0, random: rngOf('test') }, 0);
  ending.push(
    () => session.close(),
    () => started.peer.kill('SIGKILL'),
  );
  return { ...started, ...session };
}

describe('the next mail server', () => {
  it.each([
    ['relay', true],
    ['large', true],
    ['several', true],
    // It takes what the server itself would refuse.
    ['unknown', false],
    ['forbidden', false],
  ])('%s', async (kind, right) => {
    const session = await asked('smtp', smtp);
    await expect(session.request(kind)).resolves.toBe(right);
  });
});

describe('the name servers behind a balancer', () => {
  it.each([
    ['udp A known', true],
    ['udp A unknown', true],
    ['udp MX zone', true],
    ['tcp A wild', true],
    ['tcp SOA zone', true],
    // To refuse names is the balancer's.
    ['udp A foreign', false],
  ])('%s', async (kind, right) => {
    const session = await asked('dns', dns);
    await expect(session.request(kind)).resolves.toBe(right);
  });

  it('is as late as it is told to be', async () => {
    const session = await asked('dns', dns);
    session.peer.send({ delayMs: 200, loss: 0 });
    const from = performance.now();
    await session.request('tcp A known');
    // Half of the mean at least.
    expect(performance.now() - from).toBeGreaterThan(95);
  });
});
