import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { checkArguments, requireCommand } from '../../src/cli/check-arguments.js';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { guideCommands, guideMarkdown, topicList, topicText } from '../../src/cli/guide/text.js';
import { TOPICS } from '../../src/cli/guide/topics.js';
import { manPage } from '../../src/cli/man-page.js';

const shipped = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('guide', () => {
  it.each(guideCommands().map((args) => [args.join(' '), args] as const))(
    'perfscope %s: is understood',
    async (_, args) => {
      const entry = requireCommand(args);
      checkArguments(args, entry, await entry.load(), {});
    },
  );

  it.each([60, 80, 120])('prose fits %d columns; commands stay whole', (width) => {
    for (const topic of TOPICS)
      for (const line of topicText(topic, width).split('\n'))
        if (!line.startsWith('  ')) expect([...line].length, line).toBeLessThanOrEqual(width);
    for (const args of guideCommands()) expect(TOPICS.map((t) => topicText(t, 60)).join('')).toContain(args.join(' '));
  });

  it('lists every topic', () => {
    for (const { name } of TOPICS) expect(topicList()).toContain(`  ${name} `);
  });

  it('docs/guide.md is what the code says (npm run docs writes it)', () => {
    expect(shipped('docs/guide.md')).toBe(guideMarkdown());
  });
});

describe('man page', () => {
  it('is what the code says (npm run docs writes it)', async () => {
    expect(shipped('man/perfscope.1')).toBe(await manPage());
  });

  it('has every command and option', async () => {
    const page = (await manPage()).replaceAll('\\-', '-');
    for (const entry of COMMANDS) {
      expect(page).toContain(`.SS ${entry.name}`);
      for (const name of Object.keys((await entry.load()).options))
        expect(page).toMatch(new RegExp(`^\\.B .*--(no-)?${name}\\b`, 'm'));
    }
  });

  const groff = spawnSync('groff', ['--version']).status === 0;
  it.skipIf(!groff)('is read by groff without a word', async () => {
    const { status, stderr, stdout } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], {
      input: await manPage(),
      encoding: 'utf8',
    });
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: '' });
  });
});
