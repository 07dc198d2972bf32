import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { firstLine } from '../../src/cli/first-line.js';

const entry = (name: string) => COMMANDS.find((c) => c.name === name)!;

describe('the first progress line', () => {
  let written = '';
  const terminal = { isTTY: true, columns: 80 };
  const saved = Object.entries(Object.getOwnPropertyDescriptors(process.stderr)).filter(([name]) => name in terminal);

  beforeEach(() => {
    written = '';
    for (const [name, value] of Object.entries(terminal))
      Object.defineProperty(process.stderr, name, { value, configurable: true });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written += String(text)), true));
    vi.stubEnv('CI', '');
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    for (const name of Object.keys(terminal)) Reflect.deleteProperty(process.stderr, name);
    for (const [name, descriptor] of saved) Object.defineProperty(process.stderr, name, descriptor);
  });

  it('is drawn at once, and can be taken away', () => {
    const line = firstLine(entry('analyze'), ['analyze', 'x', '-s', 'y', '--from', '-5m', '-v'], { unitGap: 1 });
    expect(written).toContain('reading');
    line!.clear();
    expect(written.endsWith('\r\u001b[2K')).toBe(true);
  });

  it.each(['-q', '-vq', '--quiet', '--no-progress', '--progress=false', '--log-format', '--log-format=json', '-h'])(
    'not after %s',
    (flag) => {
      expect(firstLine(entry('analyze'), ['analyze', 'x', flag], {})).toBeNull();
      expect(written).toBe('');
    },
  );

  it('not where config or environment could forbid it', () => {
    expect(firstLine(entry('learn'), ['learn', 'x'], { 'log-format': 'json' })).toBeNull();
    vi.stubEnv('PERFSCOPE_LOG_FORMAT', 'json');
    expect(firstLine(entry('learn'), ['learn', 'x'], {})).toBeNull();
    expect(written).toBe('');
  });

  it('not in a CI job, and not by a command that has none', () => {
    expect(firstLine(entry('merge'), ['merge', 'x'], {})).toBeNull();
    vi.stubEnv('CI', '1');
    expect(firstLine(entry('learn'), ['learn', 'x'], {})).toBeNull();
  });
});
