/** A listener that forks a child for each connection, and forgets to close those that it refuses. */
import { describe, expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS as parameters } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { parseText } from '../../formats/strace-text.js';

const START = 1_700_000_000;
const LISTENER = 10;
/** Forked first, it lives as long. */
const KEEPER = 11;

interface Recording {
  readonly seconds: number;
  /** From when on most connections are refused, and left open. */
  readonly refusesFrom: number;
  readonly ends?: boolean;
  readonly stacks?: boolean;
}

function record({ seconds, refusesFrom, ends = false, stacks = false }: Recording): string {
  let text = '';
  const call = (pid: number, at: number, line: string, functions: string) => {
    text += `${pid} ${(START + at).toFixed(6)} ${line} <0.000050>\n`;
    if (stacks) for (const f of functions.split(' < ')) text += ` > /bin/gate(${f}+0x1) [0x2]\n`;
  };
  call(LISTENER, 0.001, `clone(child_stack=NULL, flags=SIGCHLD) = ${KEEPER}`, 'spawn < main');
  let leaked = 0;
  for (let n = 0; n * 0.05 < seconds; n++) {
    const at = 0.01 + n * 0.05;
    const [made, child] = [20 + leaked, 100 + n];
    const socket = `${made}<TCP:[10.0.0.1:80->10.0.0.2:${5000 + n}]>`;
    // Copies of its own of what the listener opened before, and still has.
    for (let fd = made - 1; fd >= made - 8; fd--)
      call(KEEPER, at - 0.005, `close(${fd}<TCP:[10.0.0.1:80]>) = 0`, 'keep < spawn < main');
    call(LISTENER, at, `accept(5<TCP:[10.0.0.1:80]>, NULL, NULL) = ${socket}`, 'listen < main');
    const refused = n % 10 === 0 || (at >= refusesFrom && n % 10 < 8);
    if (refused) {
      call(LISTENER, at + 0.001, `shutdown(${socket}, SHUT_RDWR) = 0`, 'refuse < listen < main');
      if (at >= refusesFrom) leaked++;
      else call(LISTENER, at + 0.002, `close(${socket}) = 0`, 'refuse < listen < main');
      continue;
    }
    call(LISTENER, at + 0.001, `clone(child_stack=NULL, flags=SIGCHLD) = ${child}`, 'spawn < listen < main');
    call(child, at + 0.003, `write(${socket}, ""..., 100) = 100`, 'serve < spawn < listen < main');
    call(LISTENER, at + 0.004, `close(${socket}) = 0`, 'spawn < listen < main');
    text += `${child} ${(START + at + 0.005).toFixed(6)} +++ exited with 0 +++\n`;
  }
  if (ends) text += `${LISTENER} ${(START + seconds).toFixed(6)} +++ exited with 1 +++\n`;
  return text;
}

const signatures = learnSignatures([parseText(record({ seconds: 20, refusesFrom: 99, stacks: true }))], { parameters });
function analyse(recording: Recording) {
  const trace = parseText(record(recording));
  return fusedMethod({ trace, signatures, parameters, fromNs: 0, toNs: trace.endNs + 1 });
}
const alarms = (recording: Recording) => analyse(recording).reasons.map(({ code }) => code);

describe('descriptors that are left open', () => {
  it('are a leak, whatever copies of them children close', () => {
    expect(alarms({ seconds: 40, refusesFrom: 20 })).toContain('alarm-leak');
  });

  it('are one as well if the process ended of it', () => {
    const recording = { seconds: 34, refusesFrom: 20, ends: true };
    expect(alarms(recording)).toContain('alarm-leak');
    expect(analyse(recording).ranked[0]!.name).toMatch(/^(?:refuse|listen)$/);
  });

  it('are none where a process of few descriptors ends', () => {
    expect(alarms({ seconds: 34, refusesFrom: 31, ends: true })).not.toContain('alarm-leak');
  });
});
