import { describe, expect, test } from 'vitest';
import { chooseSignatures } from '../../src/batch/signatures.js';

const files = (...list: string[]) => list.map((text) => ({ name: text.split(' ')[0]!, program: text.split(' ')[1]! }));
const threads = (...programs: string[]) =>
  ({ threads: programs.map((p) => ({ program: p === '?' ? '' : `/usr/bin/${p}`, name: '' })) }) as never;
const wanted = (program: string | null = null, version: string | null = null) => ({ program, version });

const REDIS = files(
  'redis-6.2.signatures.json redis-server',
  'redis-7.2.signatures.json redis-server',
  'redis-7.10.signatures.json.gz redis-server',
  'nginx.signatures.json nginx',
);

describe('signatures for an incident', () => {
  test.each([
    ['the program that the threads execute', wanted(), threads('nginx'), 'nginx.signatures.json'],
    ['the program given goes over it', wanted('nginx'), threads('redis-server'), 'nginx.signatures.json'],
    ['the version, as a whole', wanted(null, '6.2'), threads('redis-server'), 'redis-6.2.signatures.json'],
    ['no version: the last one', wanted(), threads('redis-server'), 'redis-7.10.signatures.json.gz'],
    [
      'a version that there is not: the last one',
      wanted(null, '7.1'),
      threads('redis-server'),
      'redis-7.10.signatures.json.gz',
    ],
    ['a version with a v', wanted(null, '7.2'), threads('redis-server'), 'redis-7.2.signatures.json'],
  ])('%s', (_, want, trace, name) => {
    expect(chooseSignatures(REDIS, want, trace)?.name).toBe(name);
  });

  test('none of the program', () => {
    expect(chooseSignatures(REDIS, wanted(), threads('httpd'))).toBeNull();
    expect(chooseSignatures(REDIS, wanted('httpd'), threads('nginx'))).toBeNull();
  });

  test('threads that do not say what they execute', () => {
    expect(chooseSignatures(files('a.signatures.json a'), wanted(), threads('?'))?.name).toBe('a.signatures.json');
  });
});
