/** A server that stands still on its disk, recorded as strace does: a handful of calls that are new make no storm. */
import { expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { parseText } from '../../formats/strace-text.js';

const START = 1_700_000_000;
const ONSET = 20;
const FILE = '5</srv/data.db>';

/** `sync`: seconds that the disk takes at a moment; `retries`: new calls before each answer afterwards. */
function record(seconds: number, stacks: boolean, sync: (t: number) => number, retries = 0): string {
  let text = '';
  let now = START;
  const call = (line: string, took: number, functions: string) => {
    text += `7 ${now.toFixed(6)} ${line} <${took.toFixed(6)}>\n`;
    now += took + 0.0001;
    if (stacks) for (const f of functions.split(' < ')) text += ` > /bin/store(${f}+0x1) [0x2]\n`;
  };
  const client = '9<TCP:[10.0.0.1:80->10.0.0.2:45000]>';
  while (now < START + seconds) {
    const t = now - START;
    call('epoll_wait(3<anon_inode:[eventpoll]>, [], 9, -1) = 1', 0.02, 'loop < main');
    call(`read(${client}, ""..., 4096) = 100`, 0.0001, 'receive < loop < main');
    call(`pwrite64(${FILE}, ""..., 512, 0) = 512`, 0.0001, 'append < loop < main');
    call(`fdatasync(${FILE}) = 0`, sync(t), 'append < loop < main');
    if (t > ONSET) for (let i = 0; i < retries; i++) call('sched_yield() = 0', 0.0001, 'append < loop < main');
    call(`write(${client}, ""..., 40) = 40`, 0.0001, 'reply < loop < main');
  }
  return text;
}

const SIGNATURES = learnSignatures([parseText(record(20, true, () => 0.002))], { parameters: DEFAULT_PARAMETERS });

function analyse(sync: (t: number) => number, retries: number) {
  const trace = parseText(record(40, false, sync, retries));
  return fusedMethod({
    ...{ trace, signatures: SIGNATURES, parameters: DEFAULT_PARAMETERS },
    ...{ fromNs: 0, toNs: trace.endNs + 1 },
  });
}

it('the disk is to blame, though the few calls that are left are partly new', () => {
  const { verdict, externalResource } = analyse((t) => (t < ONSET ? 0.002 : 2.5), 2);
  expect([verdict, externalResource]).toEqual(['external', 'disk']);
});

it('a storm of new calls is the program’s, whatever the disk does', () => {
  const { verdict, externalResource } = analyse((t) => (t < ONSET ? 0.002 : 2.5), 400);
  expect([verdict, externalResource]).toEqual(['bug', null]);
});
