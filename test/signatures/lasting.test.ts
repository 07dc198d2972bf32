/** Which of several programs in a recording is the server: the one that lives on while others come and go. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS as parameters } from '../../src/parameters.js';
import { lastingPrograms } from '../../src/signatures/lasting.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

/** A process of a program that makes so many calls from one moment to the other, in seconds. */
function process(pid: number, object: string, calls: number, from: number, to: number): string[] {
  const at = (k: number) => (from + ((to - from) * k) / (calls - 1)).toFixed(4);
  return Array.from({ length: calls }, (_, k) => `${pid} ${at(k)} read:file=1 main@${object}>work@${object}`);
}
const trace = (...processes: readonly string[][]) =>
  traceFromText(
    processes
      .flat()
      .sort((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1]))
      .join('\n'),
  );
const learned = (...processes: readonly string[][]) => learnSignatures([trace(...processes)], { parameters }).program;

describe('the program that is learned', () => {
  const gateway = process(1, '/usr/sbin/gateway', 60, 0, 30);
  const scripts = Array.from({ length: 20 }, (_, k) => process(10 + k, '/usr/bin/ls', 30, k + 1, k + 1.2));

  it('is the one that lasts, though programs that it starts make ten times as many calls', () => {
    expect(learned(gateway, ...scripts)).toBe('gateway');
    expect([...lastingPrograms(trace(gateway, ...scripts))]).toEqual(['/usr/sbin/gateway']);
  });

  it('is the one that makes the calls, where who lasts only starts it', () => {
    const starter = process(1, '/usr/sbin/inetd', 25, 0, 30);
    expect(learned(starter, ...scripts)).toBe('ls');
  });

  it('is the busiest of those that last: a shell that waits for its server is none', () => {
    const shell = process(1, '/bin/sh', 40, 0, 31);
    expect(learned(shell, process(2, '/usr/sbin/gateway', 400, 0.1, 30.9))).toBe('gateway');
  });

  it('may have a process for each connection, as long as one lives on', () => {
    const children = scripts.map((lines) => lines.map((line) => line.replaceAll('/usr/bin/ls', '/usr/sbin/gateway')));
    expect(learned(process(1, '/usr/sbin/gateway', 5, 0, 30), ...children)).toBe('gateway');
  });
});
