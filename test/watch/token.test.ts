import { describe, expect, it } from 'vitest';
import { isLoopback, isOwnName, parseAddress } from '../../src/watch/face/address.js';
import { isToken, tokenIn } from '../../src/watch/face/token.js';

const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;

describe('a token', () => {
  it.each<[string | undefined, string | null]>([
    ['Bearer abc', 'abc'],
    ['bearer  abc', 'abc'],
    [basic('anyone:a:b'), 'a:b'],
    [basic('nothing'), null],
    ['Bearer', null],
    ['Bearer a b', null],
    ['Digest abc', null],
    [undefined, null],
  ])('%s', (header, token) => expect(tokenIn(header)).toBe(token));

  it('is itself and nothing else', () => {
    expect(['secret', 'secre', 'secret ', ''].map((t) => isToken(t, 'secret'))).toEqual([true, false, false, false]);
    expect(isToken(null, '')).toBe(false);
  });
});

describe('an address', () => {
  it.each([
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['[::1]:80', '::1', 80],
    ['localhost:1', 'localhost', 1],
    [':9464', '127.0.0.1', 9464],
    ['9464', '127.0.0.1', 9464],
    ['0.0.0.0:0', '0.0.0.0', 0],
  ])('%s', (text, host, port) => expect(parseAddress(text)).toEqual({ host, port }));

  it.each(['', 'a', 'a:b', '1.2.3.4:99999', 'http://a:1', 'a b:1'])('%s is none', (text) =>
    expect(() => parseAddress(text)).toThrow('not an address'),
  );

  it('is of this machine alone or not', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'db1'].some(isLoopback)).toBe(false);
  });

  it('is asked for by number, not by a name that a stranger may have given it', () => {
    expect(['127.0.0.1:9464', 'localhost', '[::1]:9464'].every(isOwnName)).toBe(true);
    expect(['evil.example:9464', '', undefined, '127.0.0.1.evil.example'].some(isOwnName)).toBe(false);
  });
});
