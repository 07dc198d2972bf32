/** Jobs as somebody writes them who has the password of the Redis. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Queue } from 'bullmq';
import { planBatch } from '../../src/batch/batch.js';
import { Keys, type Request } from '../../src/batch/queue/protocol.js';
import { queueOf } from '../../src/batch/queue/settings.js';
import { ROOT } from '../cli/run.js';
import type { RedisServer } from './redis.js';

/** The queue that the built program uses: its name follows from its code. */
export async function queueOn(redis: RedisServer, name: string): Promise<Queue<unknown>> {
  const built = pathToFileURL(path.join(ROOT, 'dist', 'src', 'batch', 'tool.js')).href;
  const { toolFingerprint } = (await import(built)) as { toolFingerprint: () => Promise<string> };
  const { name: full, prefix } = queueOf({ url: redis.url, name }, await toolFingerprint());
  return new Queue(full, { connection: redis.client(), prefix });
}

/** What perfscope would ask for the first incident of an archive. */
export async function requestFor(
  archive: string,
  place: string,
  signatures: string,
): Promise<{ key: string; request: Request }> {
  const [job] = await planBatch([archive], { signatures: [signatures] });
  const key = await new Keys(place).of(job!);
  return {
    key,
    request: JSON.parse(JSON.stringify({ incident: job, place, incidentTime: 60, spreadFrom: null })) as Request,
  };
}
