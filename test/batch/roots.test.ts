import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentJob, InputRef } from '../../src/batch/job.js';
import { type Request, parseRequest } from '../../src/batch/queue/protocol.js';
import { Refusal, Roots } from '../../src/batch/queue/roots.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { scratchFolder } from '../cli/run.js';

const scratch = scratchFolder();
const at = (...parts: string[]) => scratch.at(...parts);
let roots: Roots;
afterAll(() => scratch.dispose());
beforeAll(async () => {
  for (const folder of ['in/deep', 'in-side', 'out/place', 'other']) mkdirSync(at(folder), { recursive: true });
  for (const file of ['in/a', 'in/deep/b', 'in-side/c', 'other/secret']) writeFileSync(at(file), 'x');
  symlinkSync(at('other'), at('in', 'link'));
  symlinkSync(at('other/secret'), at('in', 'secret'));
  symlinkSync('deep/b', at('in', 'within'));
  symlinkSync(at('other'), at('out', 'link'));
  symlinkSync(at('in'), at('alias'));
  roots = await Roots.open([at('alias'), 's3://bucket/in/'], [at('out'), 's3://bucket/out']);
});

const file = (path: string): InputRef => ({ kind: 'file', name: path, path, size: 1 });
const member = (archive: string): InputRef => ({ kind: 'member', name: archive, archive, member: 'm', at: 0, size: 1 });
const object = (url: string): InputRef => ({ kind: 's3', name: url, url, etag: '', size: 1 });
const request = (input: InputRef, over: Partial<Request> = {}): Request => ({
  incident: {
    id: 'a-1',
    name: 'a',
    inputs: [input],
    profiles: [],
    candidates: [],
    learn: false,
    program: null,
    version: null,
    labels: {},
    from: null,
    to: null,
    window: null,
    options: {
      method: 'fused',
      parameters: DEFAULT_PARAMETERS,
      top: 10,
      pages: false,
      anyProgram: false,
      format: null,
      parse: {},
      cache: null,
    },
    recipe: 'r',
  },
  place: at('out/place'),
  incidentTime: 60,
  spreadFrom: null,
  ...over,
});
const KEY = 'a-1.0123456789abcdef';

describe('inputs', () => {
  test('below a root are read, links resolved', async () => {
    const admitted = async (input: InputRef) => (await roots.admit(request(input))).incident.inputs[0];
    expect(await admitted(file(at('in/a')))).toMatchObject({ path: at('in/a') });
    expect(await admitted(file(at('alias/deep/../within')))).toMatchObject({ path: at('in/deep/b') });
    expect(await admitted(file(at('in/not/there')))).toMatchObject({ path: at('in/not/there') });
    expect(await admitted(member(at('in/a')))).toMatchObject({ archive: at('in/a') });
    expect(await admitted(object('s3://bucket/in/x/y'))).toMatchObject({ url: 's3://bucket/in/x/y' });
  });

  const outside: [string, () => InputRef][] = [
    ['an absolute path', () => file('/etc/passwd')],
    ['a device', () => file('/dev/zero')],
    ['a neighbour', () => file(at('other/secret'))],
    ['a folder whose name begins alike', () => file(at('in-side/c'))],
    ['up', () => file(`${at('in')}/deep/../../other/secret`)],
    ['up from what is not there', () => file(`${at('in')}/no/../../other/secret`)],
    ['what is not there, elsewhere', () => file(at('other/no/file'))],
    ['a link to a file', () => file(at('in/secret'))],
    ['a link to a folder', () => file(at('in/link/secret'))],
    ['an archive', () => member(at('in/link/secret'))],
    ['the root of all', () => file('/')],
    ['another bucket', () => object('s3://other/in/x')],
    ['a bucket whose name begins alike', () => object('s3://bucket2/in/x')],
    ['a prefix that begins alike', () => object('s3://bucket/in-side/x')],
    ['where results are', () => object('s3://bucket/out/x')],
    ['up in a store', () => object('s3://bucket/in/../out/x')],
    ['the whole bucket', () => object('s3://bucket/x')],
  ];
  test.each(outside)('elsewhere are not: %s', async (_, input) => {
    await expect(roots.admit(request(input()))).rejects.toThrow(Refusal);
    const { incident } = request(file(at('in/a')));
    const beside = [{ profiles: [input()] }, { candidates: [{ ref: input(), program: null }] }];
    for (const more of beside) {
      const asked = request(file(at('in/a')), { incident: { ...incident, ...more } });
      await expect(roots.admit(asked)).rejects.toThrow('--read-root');
    }
  });

  test('whatever the path: what is admitted lies below', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'in',
      'deep',
      'link',
      'secret',
      'other',
      'alias',
      'a',
      'b',
      'within',
      'x',
    );
    return fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const admitted = await roots.admit(request(file([at(), ...parts].join('/')))).catch(() => null);
        if (admitted === null) return;
        const { path } = admitted.incident.inputs[0] as { path: string };
        expect(`${path}/`.startsWith(`${at('in')}/`)).toBe(true);
        expect(path).not.toMatch(/\/\.\.(\/|$)/);
      }),
    );
  });
});

describe('places for results', () => {
  test('below a root', async () => {
    expect(await roots.admitPlace(at('out/place'))).toBe(at('out/place'));
    expect(await roots.admitPlace('s3://bucket/out')).toBe('s3://bucket/out');
    expect(await roots.admitPlace('s3://bucket/out/x')).toBe('s3://bucket/out/x');
  });
  test.each([
    ['elsewhere', () => at('other'), '--results-root'],
    ['a link', () => at('out/link'), '--results-root'],
    ['where inputs are', () => at('in'), '--results-root'],
    ['up', () => `${at('out')}/../other`, '--results-root'],
    ['another store', () => 's3://bucket/output', '--results-root'],
    ['up in a store', () => 's3://bucket/out/../in', '--results-root'],
    ['not there', () => at('out/no/place'), 'is no folder here'],
    ['a file', () => at('in/a'), '--results-root'],
  ])('not: %s', async (_, place, reason) => {
    await expect(roots.admitPlace(place())).rejects.toThrow(reason);
  });
});

test('roots have to be there, and / is none by default', async () => {
  await expect(Roots.open([at('nowhere')], undefined)).rejects.toThrow('--read-root');
  await expect(Roots.open(undefined, [at('in/a')])).rejects.toThrow('--results-root');
  const here = process.cwd();
  try {
    process.chdir('/');
    await expect(Roots.open(undefined, ['/tmp'])).rejects.toThrow('--read-root is missing');
    process.chdir(at('in'));
    const byDefault = await Roots.open(undefined, undefined);
    expect(await byDefault.admitPlace(at('in/deep'))).toBe(at('in/deep'));
    await expect(byDefault.admit(request(object('s3://bucket/in/x')))).rejects.toThrow(Refusal);
  } finally {
    process.chdir(here);
  }
});

describe('requests', () => {
  const good = () => request(file('/in/a'));
  const job = (over: Partial<Record<keyof IncidentJob, unknown>>) => ({
    ...good(),
    incident: { ...good().incident, ...over },
  });

  test('what perfscope sends is one, and what it does not know is left out', () => {
    const { incident } = good();
    const sent = JSON.parse(
      JSON.stringify({ ...good(), more: 1, incident: { ...incident, archive: '/x' } }),
    ) as unknown;
    expect(parseRequest(sent, KEY)).toEqual(good());
  });

  const wrong: [string, unknown, string?][] = [
    ['null', null],
    ['a text', 'string'],
    ['nothing', {}],
    ['an id that leads elsewhere', job({ id: '../victim/config' }), '../victim/config.0123456789abcdef'],
    ['an id that is hidden', job({ id: '.a' }), '.a.0123456789abcdef'],
    ['an id that is too long', job({ id: 'a'.repeat(92) }), `${'a'.repeat(92)}.0123456789abcdef`],
    ['another key', good(), 'b-1.0123456789abcdef'],
    ['a key that leads elsewhere', good(), 'a-1./../../x'],
    ['no key', good(), ''],
    ['no inputs', job({ inputs: [] })],
    ['inputs of one name', job({ inputs: [file('/a'), file('/a')] })],
    ['a relative path', job({ inputs: [file('secret.txt')] })],
    ['a path with NUL', job({ inputs: [file('/a\0b')] })],
    ['no object', job({ inputs: [object('s3://bucket')] })],
    ['an input of a kind', job({ inputs: [{ kind: 'url', name: 'x', url: 'http://x', size: 1 }] })],
    ['no options', job({ options: null })],
    ['a method that is none', job({ options: { ...good().incident.options, method: '../../evil' } })],
    ['a parameter out of range', job({ options: { ...good().incident.options, parameters: { unitGap: 'x' } } })],
    ['a text without end', job({ labels: { x: 'A'.repeat(20_000_000) } })],
    ['labels without end', job({ labels: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, 'v'])) })],
    ['no time', { ...good(), incidentTime: -5 }],
    ['all time', { ...good(), incidentTime: 1e300 }],
    ['a relative place', { ...good(), place: 'q/place' }],
    ['a place in a store that is none', { ...good(), place: 's3://' }],
  ];
  test.each(wrong)('what it does not send is none: %s', (_, data, key = KEY) => {
    expect(() => parseRequest(data, key)).toThrow(Refusal);
    try {
      parseRequest(data, key);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(500);
    }
  });
});
