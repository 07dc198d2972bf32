/** docs/parameters.md: every parameter with its default, its unit and the reason for the default. */
import { PARAMETERS, type ParameterSpec } from '../parameters.js';
import { code, markdownTable } from './markdown-text.js';

export function parametersMarkdown(): string {
  const groups = new Map<string, [string, ParameterSpec][]>();
  for (const [name, spec] of Object.entries(PARAMETERS) as [string, ParameterSpec][]) {
    const group = groups.get(spec.group);
    if (group === undefined) groups.set(spec.group, [[name, spec]]);
    else group.push([name, spec]);
  }
  const parts = [
    `# Parameters of the methods

Each is a flag (\`--unit-gap 0.1\`), a variable (\`PERFSCOPE_UNIT_GAP=0.1\`) and a key of the config file (\`"unitGap": 0.1\`).
Printed from src/parameters.ts by \`npm run docs\`.
`,
  ];
  for (const [group, specs] of groups) {
    const rows = specs.map(([name, s]) => [
      code(name),
      String(s.default),
      s.unit,
      `${s.min} to ${s.max}`,
      s.what,
      s.reason,
    ]);
    parts.push(
      `## ${group}\n`,
      markdownTable(['name', 'default', 'unit', 'range', 'what', 'why this default'], rows, [1]),
    );
  }
  return parts.join('\n');
}
