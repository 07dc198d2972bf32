import { describe, expect, it } from 'vitest';
import { settingsFor } from '../../src/cli/config.js';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import { overview } from '../../src/cli/help.js';
import { COMMON_OPTIONS, PARAMETER_OPTIONS, camel, givenParameters, kebab } from '../../src/cli/options.js';
import { parseFormats } from '../../src/cli/output.js';
import { parseColumns } from '../../src/cli/trace-input.js';
import { PerfscopeError } from '../../src/errors.js';
import { PARAMETERS } from '../../src/parameters.js';
import { RESULT_REPORTERS } from '../../src/report/registry.js';

describe('parameters as flags', () => {
  it('gives each parameter a flag, and takes it back', () => {
    const names = Object.keys(PARAMETERS);
    expect(Object.keys(PARAMETER_OPTIONS).map(camel)).toEqual(names);
    expect(names.map(kebab).map(camel)).toEqual(names);
    expect(givenParameters({ unitGap: 0.1, top: 3 })).toEqual({ unitGap: 0.1 });
  });

  it('says default and unit in the help', () => {
    expect(PARAMETER_OPTIONS['unit-gap']!.describe).toContain('[s; 0.05]');
  });
});

describe('commands', () => {
  it('are all in the overview', () => {
    for (const c of COMMANDS) expect(overview()).toContain(`  ${c.name} `);
  });

  it.each(COMMANDS.map((c) => [c.name, c] as const))('%s: no flag means two things', async (_, entry) => {
    const { options } = await entry.load();
    const all = { ...options, ...COMMON_OPTIONS };
    const names = Object.entries(all).flatMap(([name, o]) => [
      name,
      ...(o.alias === undefined ? [] : [o.alias].flat()),
    ]);
    expect(new Set(names).size).toBe(names.length);
    for (const [name, o] of Object.entries(all)) expect(o.describe, name).toBeTruthy();
  });
});

describe('settings', () => {
  const found = (values: Record<string, unknown>) => ({ path: 'c.json', values });
  const options = {
    'unit-gap': { type: 'number' },
    method: { type: 'string', array: true },
    progress: { type: 'boolean' },
    top: { type: 'number' },
  } as const;

  it('takes the config, and over it the environment', () => {
    const env = {
      PERFSCOPE_UNIT_GAP: '0.2',
      PERFSCOPE_METHOD: 'a,b',
      PERFSCOPE_PROGRESS: 'false',
      PERFSCOPE_OTHER: 'x',
    };
    expect(settingsFor(options, found({ unitGap: 0.1, top: 3, output: 'of another command' }), env)).toEqual({
      'unit-gap': 0.2,
      method: ['a', 'b'],
      progress: false,
      top: 3,
    });
    expect(settingsFor(options, found({ 'unit-gap': 0.1 }), {})).toEqual({ 'unit-gap': 0.1 });
    expect(settingsFor(options, null, {})).toEqual({});
    expect(settingsFor(options, null, { PERFSCOPE_TOP: 'many' })).toEqual({ top: 'many' });
  });

  it('takes numbers for texts, and one for a list', () => {
    const kinds = { window: { type: 'string' }, format: { type: 'string', array: true } } as const;
    expect(settingsFor(kinds, found({ window: 5, format: 'json' }), {})).toEqual({ window: '5', format: ['json'] });
    expect(settingsFor(kinds, found({ format: ['json', 7] }), {})).toEqual({ format: ['json', '7'] });
  });

  it.each([
    [{ progress: 'no' }, 'progress: true or false is wanted, not "no"'],
    [{ progress: null }, 'progress: true or false is wanted, not null'],
    [{ top: [1, 2] }, 'top: a number is wanted, not [1,2]'],
    [{ unitGap: {} }, 'unitGap: a number is wanted, not {}'],
    [{ window: true }, 'window: a text is wanted, not true'],
    [{ window: ['5m'] }, 'window: a text is wanted, not ["5m"]'],
    [{ method: ['a', null] }, 'method: a text, or a list of such, is wanted, not ["a",null]'],
    [
      { method: { a: 'b'.repeat(200) } },
      `method: a text, or a list of such, is wanted, not {"a":"${'b'.repeat(94)}...`,
    ],
  ])('refuses %j: it would be passed over', (values, message) => {
    const kinds = { ...options, window: { type: 'string' } } as const;
    const error = { code: 'config', message, place: { path: 'c.json' } };
    expect(() => settingsFor(kinds, found(values), {})).toThrow(expect.objectContaining(error));
  });
});

describe('--format', () => {
  const ids = (given: string[]) => parseFormats(given, RESULT_REPORTERS).map((o) => [o.reporter.id, o.file]);

  it('reads formats and files', () => {
    expect(ids(['table', 'json=a=b.json'])).toEqual([
      ['table', null],
      ['json', 'a=b.json'],
    ]);
  });

  it.each([[['tabel']], [['table', 'json']], [['json=']]])('refuses %j', (given) => {
    expect(() => ids(given)).toThrowError(expect.objectContaining({ code: 'usage' }));
  });
});

describe('--columns', () => {
  it('reads pairs', () => expect(parseColumns('ts=time, tid=thread id')).toEqual({ ts: 'time', tid: 'thread id' }));
  it.each(['ts', 'ts=', '=time', ''])('refuses %j', (text) =>
    expect(() => parseColumns(text)).toThrowError(/--columns/),
  );
});

describe('exit codes', () => {
  it.each([
    ['usage', 2],
    ['config', 2],
    ['window-empty', 2],
    ['input-missing', 3],
    ['signatures-version', 3],
    ['time-limit', 3],
    ['interrupted', 130],
  ] as const)('%s: %d', (code, exit) => expect(exitCodeOf(new PerfscopeError(code, ''))).toBe(exit));

  it('a defect is not a success', () => expect(exitCodeOf(new TypeError())).toBe(3));
});
