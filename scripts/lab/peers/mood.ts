/** What all peers have in common: they are started by peers/running.ts with a port, and told how fast and how reliable to be while they run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { rngOf } from '../rng.js';
import type { PeerMood } from './running.js';

/** Longer than anybody waits for an answer, ms. */
const NEVER = 4000;

const random = rngOf('peer');
let mood: PeerMood = { delayMs: 0, loss: 0 };

export const port = Number(process.argv[2]);

process.on('message', (message: PeerMood) => (mood = message));
process.on('disconnect', () => process.exit(0));

/** Over when an answer is due. */
export async function answerTime(): Promise<void> {
  if (random.chance(mood.loss)) await sleep(NEVER);
  await sleep(mood.delayMs * random.between(0.5, 1.5) + random.exponential(2));
}
