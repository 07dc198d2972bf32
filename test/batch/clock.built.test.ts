/** The machine's clock is set forward and back while a batch runs: limits, leases and waiting go by another one. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { perfscope, scratchFolder } from '../cli/run.js';
import { RedisServer, hasRedis } from '../helpers/redis.js';
import { starter } from '../helpers/running.js';
import { archiveOf, contentOf } from './archive-of.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A day ahead, right, a day behind, and so on, in each process and thread that loads it. */
const RESTLESS = `
  const Right = Date;
  let looks = 0;
  const now = () => Right.now() + ((looks++ % 3) - 1) * 86_400_000;
  globalThis.Date = class Date extends Right {
    constructor(...given) {
      if (given.length === 0) super(now());
      else super(...given);
    }
    static now = now;
  };
`;

const scratch = scratchFolder();
const at = (...parts: string[]) => scratch.at(...parts);
const start = starter();
const env = { NODE_OPTIONS: `--require ${at('clock.cjs')}` };
/** Far less than a day. */
const LIMITS = ['--incident-time', '40s', '--time-limit', '50s'];

beforeAll(async () => {
  writeFileSync(at('clock.cjs'), RESTLESS);
  await archiveOf(at('archive'), 3);
  await perfscope(['batch', at('archive'), '-o', at('right'), '-q']);
});
afterAll(() => scratch.dispose());

test('batch and analyze keep their time limits', async () => {
  const trace = at('archive', 'host=web0', 'incident-0', 'incident.strace.gz');
  const [one, ended] = await Promise.all([
    perfscope(['analyze', trace, '--time-limit', '50s', '-q', '-f', 'json'], { env }),
    perfscope(['batch', at('archive'), '-o', at('local'), '-q', ...LIMITS], { env }),
  ]);
  expect(one).toMatchObject({ code: 0, stderr: '' });
  const { timing } = JSON.parse(one.stdout) as { timing: Record<string, number> };
  for (const seconds of Object.values(timing)) expect(seconds).toBeGreaterThanOrEqual(0);
  for (const seconds of Object.values(timing)) expect(seconds).toBeLessThan(50);
  expect(ended.code).toBe(0);
  expect(contentOf(at('local'))).toEqual(contentOf(at('right')));
});

test.skipIf(!hasRedis)('so do those who work through a queue', async () => {
  const redis = await RedisServer.start(at('redis'));
  try {
    const queue = ['--queue', redis.url];
    const worker = start(['worker', ...queue, '--jobs', '1', '--read-root', at(), '--results-root', at()], { env });
    const ended = await perfscope(['batch', at('archive'), '-o', at('queued'), ...queue, ...LIMITS], { env });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(contentOf(at('queued'))).toEqual(contentOf(at('right')));
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 0, stderr: '' });
  } finally {
    await redis.stop();
  }
});
