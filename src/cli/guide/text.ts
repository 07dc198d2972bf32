/** The guide as text for a terminal, and as Markdown. Pure. */
import { wrap } from '../../report/columns.js';
import { TOPICS, type Topic } from './topics.js';

/** Lines are no longer than people read with ease. */
const WIDEST = 96;
const NARROWEST = 30;

export function topicText({ title, text }: Topic, width: number): string {
  const room = Math.max(NARROWEST, Math.min(WIDEST, width));
  const body = text
    .replace(/^\n/, '')
    .split('\n')
    .map((line) => (isVerbatim(line) ? line : wrap(line, room)));
  return `${title}\n${'='.repeat([...title].length)}\n\n${body.join('\n')}\n`;
}

const isVerbatim = (line: string) => line.startsWith('  ');

export function topicList(): string {
  const width = Math.max(...TOPICS.map((t) => t.name.length));
  const lines = TOPICS.map((t) => `  ${t.name.padEnd(width)}  ${t.title}`);
  return `perfscope guide TOPIC prints one of these, perfscope guide all the whole:\n\n${lines.join('\n')}\n`;
}

/** docs/guide.md. */
export function guideMarkdown(): string {
  const sections = TOPICS.map(({ title, text }) => {
    const lines: string[] = [];
    let open = false;
    for (const line of text.replace(/^\n/, '').split('\n')) {
      if (isVerbatim(line) !== open) {
        lines.push('```');
        open = !open;
      }
      lines.push(open ? line.slice(2) : line);
    }
    if (open) lines.push('```');
    return `## ${title}\n\n${lines.join('\n')}\n`;
  });
  return `# Guide\n\nRecipes, also without a network: \`perfscope guide\`. Made from \`src/cli/guide/topics.ts\` by \`npm run docs\`.\n\n${sections.join('\n')}`;
}

/** The commands of perfscope in the guide, as arguments. */
export function guideCommands(): string[][] {
  return TOPICS.flatMap(({ text }) => [...text.matchAll(/^ {2}perfscope (.*)$/gm)].map((m) => m[1]!.split(' ')));
}
