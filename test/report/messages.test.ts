import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasSentence, sentence } from '../../src/report/messages.js';

const clock = { clock: 'epoch', startedAt: Date.UTC(2026, 10, 23, 12, 3, 29) / 1000 };
const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));

describe('sentence', () => {
  it('speaks in plain words', () => {
    const args = {
      thread: 4711,
      threads: 3,
      episode: 'recvfrom, sendto',
      count: 8192,
      units: 1,
      from: 12,
      function: 'f',
    };
    expect(sentence({ code: 'abnormal-episode', args }, clock)).toBe(
      'thread 4711 and 2 others issued recvfrom, sendto 8,192 times in 1 abnormal unit from 12:03:41; learned in f',
    );
  });

  it('shows a code that it does not know, with its arguments', () => {
    expect(sentence({ code: 'of-tomorrow', args: { count: 1234, where: 'here' } }, clock)).toBe(
      'of-tomorrow: count 1,234, where here',
    );
    expect(sentence({ code: 'of-tomorrow', args: {} }, clock)).toBe('of-tomorrow');
  });

  it('survives arguments that are missing', () => {
    expect(sentence({ code: 'abnormal-episode', args: {} }, clock)).toContain('?');
  });
});

describe('every code that the source speaks', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  // `code: 'x'` and `code: a ? 'x' : 'y'`, not those of errors.
  const codes = files
    .filter((f) => !f.startsWith('cli'))
    .flatMap((f) => [...readFileSync(path.join(SOURCE, f), 'utf8').matchAll(/\bcode(?::| =) ([^;{}\n]*)/g)])
    .flatMap((m) => [...m[1]!.matchAll(/(?<!=== )'([a-z]+(?:-[a-z]+)*)'/g)].map((c) => c[1]!));

  it('is found by this test', () => expect(codes).toContain('abnormal-units'));
  it.each([...new Set(codes)])('%s has a sentence', (code) => expect(hasSentence(code)).toBe(true));
});
