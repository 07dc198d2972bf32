/** The result as Markdown, for tickets and chat. */
import type { ResultDocument } from '../result.js';
import { changesText } from './changes-text.js';
import { code, markdownTable, plain } from './markdown-text.js';
import { sentence } from './messages.js';
import type { Reporter } from './reporter.js';
import { facts, rankTexts, reasons, suspectsNote, tieLegend, verdictWords, warnings } from './summary.js';

export const markdownReporter: Reporter<ResultDocument> = {
  id: 'markdown',
  what: 'for tickets and chat',
  extension: 'md',
  render(d) {
    const lines = [`## ${d.verdict}: ${verdictWords(d)}`, ''];
    for (const text of reasons(d)) lines.push(`- ${plain(text)}`);
    if (d.reasons.length > 0) lines.push('');
    for (const [label, text] of facts(d, { name: code, text: plain })) lines.push(`- ${label}: ${text}`);
    for (const text of warnings(d)) lines.push(`- **warning**: ${plain(text)}`);
    lines.push(`- method: ${d.method}, perfscope ${d.tool.version}`, '');
    const note = suspectsNote(d);
    if (note !== null) lines.push(note, '');
    if (d.suspects.length > 0) {
      const ranks = rankTexts(d.suspects);
      const rows = d.suspects.map((s, i) => [
        ranks[i]!,
        code(s.function),
        `${Math.round(s.confidence * 100)} %`,
        plain([...new Set(s.evidence.map((e) => sentence(e.message, d.trace)))].slice(0, 2).join('; ')),
      ]);
      lines.push(markdownTable(['rank', 'function', 'sure', 'why'], rows, [0, 2]));
      const legend = tieLegend(ranks);
      if (legend !== null) lines.push(legend);
    }
    for (const { title, lines: body } of changesText(d))
      lines.push('', `### ${title}`, '', ...body.map((text) => `- ${plain(text)}`));
    return lines.join('\n').trimEnd() + '\n';
  },
};
