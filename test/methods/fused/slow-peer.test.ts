/** A gateway that keeps its connection to a database open, recorded as strace does; the database gets slow. */
import { describe, expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { parseText } from '../../formats/strace-text.js';

interface Recording {
  readonly seconds: number;
  readonly stacks?: boolean;
  /** Seconds that the database needs for its answer. */
  readonly answer: (t: number) => number;
  /** Seconds between a reply to a client and its next request. */
  readonly pause: (t: number) => number;
  /** Ports that tell who opened the connections. */
  readonly telling?: boolean;
  /** Seconds that the program computes between its question and the wait for the answer. */
  readonly computes?: (t: number) => number;
  /** Answers that never come: the program gives up after a second and asks on another connection. */
  readonly lost?: (t: number, request: number) => boolean;
  /** How often it asks for one answer. */
  readonly asks?: (t: number) => number;
}

const START = 1_700_000_000;

/** Attached recordings do not show how the connections were opened. */
function record(recording: Recording): string {
  const { seconds, stacks = false, answer, pause, telling = false } = recording;
  const { computes = () => 0, lost = () => false, asks = () => 1 } = recording;
  let text = '';
  let now = START;
  const call = (line: string, took: number, functions: string) => {
    text += `7 ${now.toFixed(6)} ${line} <${took.toFixed(6)}>\n`;
    now += took + 0.0001;
    if (stacks) for (const f of functions.split(' < ')) text += ` > /bin/gate(${f}+0x1) [0x2]\n`;
  };
  const client = `9<TCP:[10.0.0.1:80->10.0.0.2:${telling ? 45000 : 5000}]>`;
  const database = `5<TCP:[10.0.0.1:${telling ? 46000 : 6000}->10.0.0.3:5432]>`;
  const wait = (took: number) => call('epoll_wait(3<anon_inode:[eventpoll]>, [], 9, -1) = 1', took, 'loop < main');
  if (stacks) {
    call(`socket(AF_INET, SOCK_STREAM, 0) = 5<TCP:[1]>`, 0.0001, 'openDatabase < main');
    call(`connect(5<TCP:[1]>, {sa_family=AF_INET}, 16) = 0`, 0.001, 'openDatabase < main');
    call(`accept4(4<TCP:[10.0.0.1:80]>, NULL, NULL, SOCK_CLOEXEC) = ${client}`, 0.0001, 'acceptClient < loop < main');
  }
  for (let request = 0; now < START + seconds; request++) {
    wait(pause(now - START));
    call(`read(${client}, ""..., 4096) = 100`, 0.0001, 'readRequest < loop < main');
    for (let left = asks(now - START); left > 0; left--)
      call(`write(${database}, ""..., 50) = 50`, 0.0001, 'ask < handle < loop < main');
    now += computes(now - START);
    // What came meanwhile is there at once.
    wait(Math.max(0.0001, answer(now - START) - computes(now - START)));
    if (lost(now - START, request)) {
      wait(1);
      call(`close(${database}) = 0`, 0.0001, 'giveUp < handle < loop < main');
      call(`socket(AF_INET, SOCK_STREAM, 0) = 5<TCP:[1]>`, 0.0001, 'openDatabase < main');
      call(`connect(5<TCP:[1]>, {sa_family=AF_INET}, 16) = 0`, 0.001, 'openDatabase < main');
      call(`write(${client}, ""..., 400) = 400`, 0.0001, 'reply < loop < main');
      continue;
    }
    call(`read(${database}, ""..., 4096) = 300`, 0.0001, 'readAnswer < loop < main');
    call(`write(${client}, ""..., 400) = 400`, 0.0001, 'reply < loop < main');
  }
  return text;
}

const fast = () => 0.005;
const LEARNING = record({ seconds: 20, stacks: true, answer: fast, pause: () => 0.02 });
const learn = (text: string) => learnSignatures([parseText(text)], { parameters: DEFAULT_PARAMETERS });
const LEARNED = learn(LEARNING);
/** Of a recording that was attached as well. */
const LEARNED_LATE = learn(LEARNING.slice(LEARNING.indexOf(`7 ${START}`, LEARNING.indexOf('accept4'))));

function analyse(recording: Recording, signatures = LEARNED) {
  const trace = parseText(record(recording));
  return fusedMethod({
    ...{ trace, signatures, parameters: DEFAULT_PARAMETERS },
    ...{ fromNs: 0, toNs: trace.endNs + 1 },
  });
}

describe('a connection older than the trace', () => {
  it('that the program opened itself: the peer is slow', () => {
    const outcome = analyse({ seconds: 60, answer: (t) => (t < 30 ? 0.005 : 0.3), pause: () => 0.02 });
    expect([outcome.verdict, outcome.externalResource]).toEqual(['external', 'peer']);
    expect(outcome.reasons[0]!.code).toBe('slow-peer');
  });

  it('that the program opened itself, by its ports', () => {
    const recording = { seconds: 60, answer: (t: number) => (t < 30 ? 0.005 : 0.3), pause: () => 0.02 };
    expect(analyse(recording, LEARNED_LATE).verdict).toBe('none');
    const outcome = analyse({ ...recording, telling: true }, LEARNED_LATE);
    expect([outcome.verdict, outcome.externalResource]).toEqual(['external', 'peer']);
  });

  it('that a client opened: it may take its time', () => {
    const outcome = analyse({ seconds: 60, answer: fast, pause: (t) => (t < 30 ? 0.02 : 0.3) });
    expect(outcome.verdict).toBe('none');
  });

  it('whose answers do not come any more in half of the cases: the peer is to blame', () => {
    const lost = (t: number, request: number) => t > 30 && request % 2 === 0;
    const outcome = analyse({ seconds: 60, answer: fast, pause: () => 0.02, lost });
    expect([outcome.verdict, outcome.externalResource]).toEqual(['external', 'peer']);
  });

  it('whose answers are read late by a program that computes: it is the program', () => {
    const outcome = analyse({ seconds: 60, answer: fast, pause: () => 0.02, computes: (t) => (t < 30 ? 0 : 0.08) });
    expect(outcome.externalResource).toBeNull();
    expect(outcome.verdict).toBe('bug');
  });

  it('that the program asks over and over again: it is the program', () => {
    const answer = (t: number) => (t < 30 ? 0.005 : 0.3);
    const outcome = analyse({ seconds: 60, answer, pause: () => 0.02, asks: (t) => (t < 30 ? 1 : 200) });
    expect([outcome.verdict, outcome.ranked[0]!.name]).toEqual(['bug', 'ask']);
  });

  it('that got slow, but not when things changed', () => {
    // The load changes late, the database was slow for long by then.
    const slow = (t: number) => (t < 12 ? 0.005 : 0.025);
    const outcome = analyse({ seconds: 60, answer: slow, pause: (t) => (t < 45 ? 0.2 : 0.005) });
    expect(outcome.externalResource).toBeNull();
  });
});
