import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { PerfscopeError } from '../../src/errors.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import type { ContextModel } from '../../src/signatures/context-model.js';
import { parseSignatures, readSignatures, serialiseSignatures, writeSignatures } from '../../src/signatures/file.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

const DB = learnSignatures([traceFromText('1 0.1 read main>f\n1 0.2 write main>f\n1 0.3 close main>g')], {
  parameters: DEFAULT_PARAMETERS,
});
const TEXT = serialiseSignatures(DB);
const folder = mkdtempSync(join(tmpdir(), 'perfscope-signatures-'));
afterAll(() => rmSync(folder, { recursive: true }));

function failure(text: string): PerfscopeError {
  try {
    parseSignatures(text, 'app.json');
  } catch (error) {
    return error as PerfscopeError;
  }
  throw new Error('it was accepted');
}

describe('the signatures file', () => {
  it('comes back as it was', () => {
    expect(parseSignatures(TEXT, 'app.json')).toEqual(DB);
    expect(serialiseSignatures(parseSignatures(TEXT, 'app.json'))).toBe(TEXT);
  });

  it('may begin with a byte order mark, packed or not', async () => {
    const marked = join(folder, 'marked.signatures.json');
    for (const bytes of [Buffer.from(`\ufeff${TEXT}`), gzipSync(`\ufeff${TEXT}`)]) {
      writeFileSync(marked, bytes);
      expect(await readSignatures(marked)).toEqual(DB);
    }
  });

  it('is JSON with a function a line, and its episodes as names', () => {
    const line = TEXT.split('\n').find((l) => l.startsWith('{"name":"f"'));
    expect(line).toBe(
      '{"name":"f","object":"app","invocations":1,"calls":2,"ownCalls":2,"episodes":[[1,1,"read write"]]},',
    );
    expect(() => JSON.parse(TEXT) as unknown).not.toThrow();
  });

  it('writes a context a line, typed arrays as lists', () => {
    const model = { version: 1, contexts: [[1, 2], [3]], totals: Uint32Array.of(4, 5) } as unknown as ContextModel;
    const text = serialiseSignatures({ ...DB, model });
    expect(text).toContain('"contexts":[\n[1,2],\n[3]\n],\n"totals":[4,5]\n}');
  });

  it('is read as older versions wrote it, without successions and peaks', () => {
    const { successors, peaks, ...older } = DB.model;
    expect([successors.length, peaks.length]).not.toContain(0);
    const text = serialiseSignatures({ ...DB, model: older as unknown as ContextModel });
    expect(parseSignatures(text, 'app.json')).toEqual({ ...DB, model: { ...older, successors: [], peaks: [] } });
  });

  it.each([
    ['not JSON', 'execve("/bin/ls")', 'signatures-invalid', /not JSON/],
    ['an empty file', '', 'signatures-invalid', /empty/],
    ['a list', '[]', 'signatures-invalid', /no object/],
    ['a result', '{"schemaVersion":1,"suspects":[]}', 'signatures-invalid', /a perfscope result/],
    ['other JSON', '{"name":"x"}', 'signatures-invalid', /JSON of another kind/],
    ['a newer version', TEXT.replace('"schemaVersion":1', '"schemaVersion":2'), 'signatures-version', /version 2/],
    ['no version', TEXT.replace('"schemaVersion":1,', ''), 'signatures-version', /version undefined/],
    ['no functions', TEXT.replace('"functions":', '"function":'), 'signatures-invalid', /"functions" is missing/],
    ['no calls', TEXT.replace('"calls":["close"', '"calls":[1'), 'signatures-invalid', /"calls"/],
    ['no sources', TEXT.replace('"sources"', '"source"'), 'signatures-invalid', /"learned"/],
    ['an unlisted call', TEXT.replace('"read write"', '"read wirte"'), 'signatures-invalid', /wirte/],
    ['a wrong count', TEXT.replace('"ownCalls":2', '"ownCalls":-2'), 'signatures-invalid', /function 1: f: a count/],
  ])('refuses %s', (_what, text, code, message) => {
    const error = failure(text);
    expect([error.code, error.place.path]).toEqual([code, 'app.json']);
    expect(error.message).toMatch(message);
    expect(error.advice).not.toBe('');
  });

  it('refuses a file that was cut anywhere, and says where it ends', () => {
    for (let length = 1; length < TEXT.length - 2; length += 7) {
      expect(failure(TEXT.slice(0, length)).code, `cut at ${length}`).toBe('signatures-invalid');
    }
    const cut = failure(TEXT.slice(0, TEXT.indexOf('"name":"g"')));
    expect(cut.message).toMatch(/cut off/);
    expect(cut.place.line).toBe(TEXT.slice(0, TEXT.indexOf('"name":"g"')).split('\n').length);
  });

  it('names the line of a malformed function', () => {
    const broken = TEXT.replace('"name":"g"', '"nome":"g"');
    expect(failure(broken).place.line).toBe(TEXT.slice(0, TEXT.indexOf('"name":"g"')).split('\n').length);
  });

  const changedRows = (text: string, key: string) =>
    (JSON.parse(text) as { model: Record<string, unknown[]> }).model[key]!;
  const model = (change: (m: Record<string, unknown[]>) => void) => {
    const changed = JSON.parse(JSON.stringify(DB.model)) as Record<string, unknown[]>;
    change(changed);
    return serialiseSignatures({ ...DB, model: changed as unknown as ContextModel });
  };
  it.each([
    ['empty', TEXT.replace(/"model":\{[^]*$/, '"model":{}\n}\n'), /"version" of the model is not 1/],
    ['null among contexts', model((m) => (m['contexts']![0] = null)), /"contexts" of the model, element 1, is no list/],
    ['an odd context', model((m) => (m['contexts']![0] as number[]).pop()), /"contexts" .* is no list of pairs/],
    ['a symbol', model((m) => ((m['contexts']![0] as number[])[2] = 99)), /a symbol that is not there \(99\)/],
    ['a negative symbol', model((m) => ((m['contexts']![0] as number[])[0] = -1)), /a symbol that is not there \(-1\)/],
    ['a node', model((m) => ((m['contexts']![0] as number[])[6] = 2 ** 31)), /a node that is not there/],
    ['calls', model((m) => ((m['contexts']![0] as number[])[7] = -1)), /has -1 calls/],
    ['a successor', model((m) => ((m['successors']![0] as number[])[1] = 99)), /a node that is not there \(99\)/],
    ['a time', model((m) => ((m['successors']![0] as number[])[3] = -5)), /"successors" .* has a time below 0/],
    [
      'part of a time',
      model((m) => ((m['successors']![0] as number[])[3] = 0.5)),
      /is no list of two numbers and a count/,
    ],
    ['a caller below', model((m) => ((m['nodes']![1] as number[])[0] = 2)), /has no node above it \(2\)/],
    ['a function', model((m) => ((m['nodes']![1] as number[])[1] = 3)), /a function that is not there \(3\)/],
    ['symbols twice', model((m) => (m['symbols']![2] = m['symbols']![1])), /out of order, or stands twice/],
    ['no edge', model((m) => m['symbols']!.shift()), /is not the edge of a thread/],
    ['no symbols', model((m) => (m['symbols'] = [])), /"symbols" of the model is empty/],
    [
      'a role',
      model((m) => (m['roles'] = [{ entries: [77], calls: [] }])),
      /begins at a node that is not there \(77\)/,
    ],
    ['a run', model((m) => (m['runs'] = [['read', 'many']])), /is no symbol with a length/],
    ['a wait', model((m) => (m['waits'] = [['read', 'write', 1, 2, -3, 4]])), /is no pair of calls with four numbers/],
    ['no list of lost stacks', model((m) => (m['lost'] = 5 as never)), /"lost" of the model is no list/],
    [
      'lost stacks',
      model((m) => (m['lost'] = [['read', 'write', 1, 0]])),
      /"lost" .* is no pair of calls with two counts/,
    ],
    ['waits of nobody', model((m) => (m['unowned'] = [['read', null]])), /"unowned" .* is no pair of calls/],
    ['tasks', model((m) => (m['tasks'] = 'yes' as never)), /"tasks" of the model is not true/],
  ])('tells where the model is damaged: %s', (_, text, words) => {
    const error = failure(text);
    expect(error).toMatchObject({ code: 'signatures-invalid', message: expect.stringMatching(words) as string });
    if (error.message.includes('element')) {
      const line = text.split('\n')[error.place.line! - 1]!;
      const [, key, row] = /"(\w+)" of the model, element (\d+)/.exec(error.message)!;
      const rows = changedRows(text, key!);
      expect(line.replace(/,$/, '')).toBe(
        line.startsWith('"') ? `"${key!}":${JSON.stringify(rows)}` : JSON.stringify(rows[Number(row) - 1]),
      );
    }
  });

  it('has its functions in order, for the model numbers them by their places', () => {
    const lines = TEXT.split('\n');
    const first = lines.findIndex((l) => l.startsWith('{"name"'));
    const functions = lines.slice(first, first + 3).map((l) => l.replace(/,$/, ''));
    const withFunctions = (list: string[]) =>
      [
        ...lines.slice(0, first),
        ...list.map((l, i) => (i + 1 < list.length ? `${l},` : l)),
        ...lines.slice(first + 3),
      ].join('\n');
    expect(withFunctions(functions)).toBe(TEXT);
    const [f, g, m] = functions as [string, string, string];
    for (const [list, words] of [
      [[g, f, m], /function 2: f is out of order/],
      [[f, f, g, m], /function 2: f is out of order, or stands twice/],
      [[f, g], /a function that is not there \(2\)/],
    ] as const)
      expect(failure(withFunctions([...list])).message).toMatch(words);
    expect(failure(withFunctions([g, f, m])).place.line).toBe(first + 2);
  });

  it('is read with a limit, compressed or not', async () => {
    writeFileSync(join(folder, 'bomb.json.gz'), gzipSync(Buffer.alloc(129 * 1024 * 1024)));
    writeFileSync(join(folder, 'large.json'), '');
    truncateSync(join(folder, 'large.json'), 600 * 1024 * 1024);
    for (const name of ['bomb.json.gz', 'large.json', '/dev/zero'])
      await expect(readSignatures(resolve(folder, name)), name).rejects.toMatchObject({ code: 'input-too-large' });
  });

  it('is read compressed or not, by content', async () => {
    for (const name of ['app.json', 'app.json.gz']) {
      await writeSignatures(DB, join(folder, name));
      expect(await readSignatures(join(folder, name))).toEqual(DB);
    }
    writeFileSync(join(folder, 'odd.json'), gzipSync(TEXT));
    expect(await readSignatures(join(folder, 'odd.json'))).toEqual(DB);
  });

  it('is written by several at once, each of whom finds it whole', async () => {
    const path = join(folder, 'shared.json');
    await Promise.all(Array.from({ length: 8 }, () => writeSignatures(DB, path)));
    expect(readFileSync(path, 'utf8')).toBe(TEXT);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('says what is wrong with a file that cannot be read or written', async () => {
    const missing = join(folder, 'missing.json');
    await expect(readSignatures(missing)).rejects.toMatchObject({ code: 'input-missing', place: { path: missing } });
    await expect(readSignatures(folder)).rejects.toMatchObject({ code: 'input-is-directory' });
    writeFileSync(join(folder, 'cut.gz'), gzipSync(TEXT).subarray(0, 100));
    await expect(readSignatures(join(folder, 'cut.gz'))).rejects.toMatchObject({
      code: 'signatures-invalid',
      message: expect.stringContaining('cut off') as string,
    });
    await expect(writeSignatures(DB, join(folder, 'no', 'app.json'))).rejects.toMatchObject({ code: 'output' });
  });
});
