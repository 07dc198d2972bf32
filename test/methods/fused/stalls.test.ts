/** A server recorded as strace does, which shows no switches of threads: the machine lets it starve, or the program computes. */
import { describe, expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { stalled } from '../../../src/methods/fused/environment/stalls.js';
import { sceneOf } from '../../../src/methods/fused/scene/scene.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { parseText } from '../../formats/strace-text.js';

const START = 1_700_000_000;
const hash = (n: number) => Math.imul(n, 0x9e3779b1) >>> 8;
const ONSET = 20;

interface Recording {
  readonly seconds: number;
  readonly stacks?: boolean;
  /** Seconds by which a thread gets the processor late, at an end of a call. */
  readonly late?: (t: number, end: number) => number;
  /** Seconds that `handle` computes for each request. */
  readonly computes?: (t: number) => number;
}

function record({ seconds, stacks = false, late = () => 0, computes = () => 0 }: Recording): string {
  let text = '';
  let now = START;
  let ends = 0;
  const call = (line: string, took: number, functions: string) => {
    const lasted = took + late(now - START, ends++);
    text += `7 ${now.toFixed(6)} ${line} <${lasted.toFixed(6)}>\n`;
    now += lasted + 0.0001 + late(now - START, ends++);
    if (stacks) for (const f of functions.split(' < ')) text += ` > /bin/web(${f}+0x1) [0x2]\n`;
  };
  const client = '9<TCP:[10.0.0.1:80->10.0.0.2:45000]>';
  while (now < START + seconds) {
    call('epoll_wait(3<anon_inode:[eventpoll]>, [], 9, -1) = 1', 0.02, 'loop < main');
    call(`accept4(4<TCP:[10.0.0.1:80]>, NULL, NULL, SOCK_CLOEXEC) = ${client}`, 0.0001, 'welcome < loop < main');
    call(`setsockopt(${client}, SOL_TCP, TCP_NODELAY, [1], 4) = 0`, 0.0001, 'tune < welcome < loop < main');
    call(`getsockname(${client}, {sa_family=AF_INET}, [16]) = 0`, 0.0001, 'tune < welcome < loop < main');
    call(`read(${client}, ""..., 4096) = 100`, 0.0001, 'receive < handle < loop < main');
    now += computes(now - START);
    call(`write(${client}, ""..., 400) = 400`, 0.0001, 'reply < handle < loop < main');
    call(`close(${client}) = 0`, 0.0001, 'finish < handle < loop < main');
  }
  return text;
}

const SIGNATURES = learnSignatures([parseText(record({ seconds: 20, stacks: true }))], {
  parameters: DEFAULT_PARAMETERS,
});

function analyse(recording: Omit<Recording, 'seconds'>) {
  const trace = parseText(record({ seconds: 40, ...recording }));
  const window = { fromNs: 0, toNs: trace.endNs + 1 };
  return fusedMethod({ trace, signatures: SIGNATURES, parameters: DEFAULT_PARAMETERS, ...window });
}

describe('a server of which no switches were recorded', () => {
  it('that gets the processor late at any moment lacks it', () => {
    // Every third moment, one after the other through all calls and steps.
    const outcome = analyse({ late: (t, end) => (t > ONSET && end % 3 === 0 ? 0.03 : 0) });
    expect([outcome.verdict, outcome.externalResource]).toEqual(['external', 'cpu']);
    expect(outcome.reasons[0]!.code).toBe('stalled');
  });

  it('that is stopped seldom and for long, as a control group does, lacks it as well', () => {
    const outcome = analyse({ late: (t, end) => (t > ONSET && end % 55 === 0 ? 0.5 : 0) });
    expect([outcome.verdict, outcome.externalResource]).toEqual(['external', 'cpu']);
  });

  it('that shares the processor loses a little', () => {
    const outcome = analyse({ late: (t, end) => (t > ONSET && end % 55 === 0 ? 0.003 : 0) });
    expect(outcome.externalResource).toBeNull();
  });

  it('that computes in one place does so itself', () => {
    const outcome = analyse({ computes: (t) => (t > ONSET ? 0.1 : 0) });
    expect([outcome.verdict, outcome.externalResource]).toEqual(['bug', null]);
  });

  it('that computes so much that it takes the processor from itself does so, too', () => {
    const late = (t: number, end: number) => (t > ONSET && end % 9 === 0 ? 0.03 : 0);
    const outcome = analyse({ computes: (t) => (t > ONSET ? 0.3 : 0), late });
    expect([outcome.verdict, outcome.externalResource]).toEqual(['bug', null]);
  });

  it('that starved all the time lacks it where nothing says that it was otherwise before', () => {
    const trace = parseText(record({ seconds: 40, late: (_, end) => (end % 3 === 0 ? 0.03 : 0) }));
    const window = { fromNs: 0, toNs: trace.endNs + 1 };
    const scene = sceneOf({ trace, signatures: SIGNATURES, parameters: DEFAULT_PARAMETERS, ...window });
    const [compared, always] = [false, true].map((older) => stalled(scene, 20e9, older));
    expect(compared).toBeNull();
    expect(always?.resource).toBe('cpu');
    const healthy = parseText(record({ seconds: 40 }));
    expect(
      stalled(
        sceneOf({ trace: healthy, signatures: SIGNATURES, parameters: DEFAULT_PARAMETERS, ...window }),
        20e9,
        true,
      ),
    ).toBeNull();
  });

  it('that starved all the time lacks nothing that it had before', () => {
    const outcome = analyse({ late: (_, end) => (end % 3 === 0 ? 0.03 : 0) });
    expect([outcome.verdict, outcome.externalResource]).toEqual(['none', null]);
  });

  describe('that is stopped for long now and then, all the time,', () => {
    /** For half a second, at moments that are nobody's habit. */
    const stopped = (_: number, end: number) => (hash(end) % 97 === 0 ? 0.5 : 0);

    it('has no defect, though most of its steps take a second sometimes', () => {
      const outcome = analyse({ late: stopped });
      expect([outcome.verdict, outcome.externalResource]).toEqual(['none', null]);
      expect(outcome.reasons.map(({ code }) => code)).not.toContain('alarm-busy');
    });

    it('has one where it computes as long each time', () => {
      const outcome = analyse({ late: stopped, computes: (t) => (t > ONSET ? 0.5 : 0) });
      expect([outcome.verdict, outcome.externalResource]).toEqual(['bug', null]);
      expect(outcome.reasons.map(({ code }) => code)).toContain('alarm-busy');
    });
  });
});
