/** How urgent the recorder is, and what packs what it takes. */
import os from 'node:os';
import { setNiceness } from '../../lib/niceness.js';

/** The recorder has little to do, and what it does not take in time is overwritten. */
const RUSHING = -10;

/** Niceness that this process was started with. */
const given = os.getPriority();

export function rush(pid: number): void {
  setNiceness(pid, RUSHING);
}

/** As urgent as whoever started the recording. */
export function calm(pid: number): void {
  setNiceness(pid, given);
}
