import { describe, expect, it } from 'vitest';
import { checkArguments } from '../../src/cli/check-arguments.js';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { completionScript, completions } from '../../src/cli/completion.js';
import { nearest } from '../../src/cli/near.js';

async function check(line: string, settings: Record<string, unknown> = {}): Promise<string> {
  const args = line.split(' ');
  const entry = COMMANDS.find((c) => c.name === args[0])!;
  try {
    checkArguments(args, entry, await entry.load(), settings);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the nearest word', () => {
  it.each([
    ['lern', 'learn'],
    ['anaylze', 'analyze'],
    ['xyzzy', null],
    ['', null],
  ])('%s', (given, word) => expect(nearest(given, ['learn', 'analyze', 'batch'])).toBe(word));
});

describe('arguments', () => {
  it.each([
    'analyze a b -s x --top 3 --window=5m -f table -f json=out -qv -j2 --no-progress --unit-gap 0.1',
    'analyze - -s x --from -5m --to +3s -- -odd --top abc',
    'learn a -o=x --include lib* --exclude y',
    'compare a b',
    'regress a --max-worse-ranks 1',
  ])('%s', async (line) => expect(await check(line)).toBe(''));

  it.each([
    ['analyze a --top many', '--top many: not a number'],
    ['analyze a --top 1.5', '--top 1.5: not a whole number from 1 on'],
    ['analyze a --top=', '--top : not a number'],
    ['analyze a -j 0', '-j 0: not a whole number from 1 on'],
    ['analyze a --unit-gap Infinity', '--unit-gap Infinity: not a number'],
    ['analyze a -f', '-f needs a value'],
    ['analyze a -s ', '-s: its value is empty'],
    ['analyze a --window=', '--window: its value is empty'],
    ['analyze a ', 'analyze: an argument is empty'],
    ['analyze a --method magic', '--method magic: there is no such choice'],
    ['analyze a --unknown', 'there is no option --unknown'],
    ['analyze a -qZ', 'there is no option -Z'],
    ['learn a', '--output is missing'],
    ['learn -o x', 'learn needs a profile'],
    ['compare a', 'compare needs an after'],
    ['worker --queue q x', 'worker takes no x'],
  ])('%s', async (line, message) => expect(await check(line)).toBe(message));

  it('are checked in environment and config file, too', async () => {
    expect(await check('analyze a', { top: 'abc' })).toBe('--top abc: not a number');
    expect(await check('analyze a', { top: NaN })).toBe('--top NaN: not a number');
    expect(await check('analyze a', { method: 'magic' })).toBe('--method magic: there is no such choice');
    expect(await check('learn a', { output: 'x', top: '5' })).toBe('');
  });
});

describe('completion', () => {
  const texts = async (...words: string[]) =>
    (await completions(words))
      .split('\n')
      .map((l) => l.split('\t')[0]!)
      .slice(0, -1);

  it.each([
    [[''], 'analyze'],
    [['com'], 'compare completion'],
    [['help', 'b'], 'batch'],
    [['completion', ''], 'bash zsh fish'],
    [['analyze', '--meth'], '--method'],
    [['analyze', '--method', 'f'], 'fused'],
    [['analyze', '--method=f'], '--method=fused'],
    [['analyze', '--method', '=', 'p'], 'perfscope'],
    [['analyze', '-f', 'js'], 'json'],
    [['analyze', '--no-pr'], '--no-progress'],
    [['analyze', '--top', ''], ''],
    [['analyze', ''], ':files'],
    [['guide', 're'], 'record result'],
    [['schema', ''], 'result summary'],
    [['analyze', 'a', '-s', 'x'], ':files'],
    [['analyze', '--', '--me'], ':files'],
  ])('%j', async (words, expected) => {
    const found = await texts(...words);
    if (expected === '') expect(found).toEqual([]);
    for (const word of expected.split(' ').filter(Boolean)) expect(found).toContain(word);
  });

  it('is for the shell that runs, and for bash where that is not known', () => {
    expect(completionScript(undefined, '/usr/bin/fish')).toBe(completionScript('fish'));
    expect(completionScript(undefined, '/bin/sh')).toBe(completionScript('bash'));
    expect(() => completionScript('tcsh')).toThrow('there is no script for this shell');
  });
});
