/** An analysis for the tests of `regress`: what it does to a case is in the name of the case's folder. */
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Memory that is touched, so that it is resident. */
function occupy(megabytes) {
  return new Uint8Array(megabytes << 20).fill(1);
}

/** Work that takes processor time, the same amount every time. */
function work(rounds) {
  let x = 1;
  for (let i = 0; i < rounds; i++) x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
  return x;
}

const ANSWER = { verdict: 'none', externalResource: null, ranked: [] };

export default async function analyse(task, signal, lap) {
  const kept = [occupy(100)];
  let units = 1;
  switch (path.basename(path.dirname(task.incident[0]))) {
    case 'time':
      units = 4;
      break;
    case 'memory':
      kept.push(occupy(200));
      break;
    case 'exit':
      process.exit(7);
      break;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'throw':
      throw new TypeError('undefined is not a function');
    case 'hang':
      await sleep(60_000);
  }
  const x = work(units * 1.5e8);
  lap('fused');
  const answer = { answer: ANSWER, prefixVerdict: null, seconds: x * 0 + kept.length, error: null };
  return { share: [], answers: { fused: answer }, error: null };
}
