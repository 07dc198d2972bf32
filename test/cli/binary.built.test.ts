/** `--binary` on the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EM_X86_64 } from '../../src/binary/elf.js';
import { elfBytes } from '../binary/elf-bytes.js';
import type { LearnDocument } from '../../src/report/learned.js';
import { perfscope, scratchFolder } from './run.js';
import { FUNCTIONS, INCIDENT, PROFILE } from './small-traces.js';

const folder = scratchFolder();
const [profile, trace, binary, signatures] = ['profile', 'incident', 'server', 's.json'].map((name) =>
  folder.at(name),
) as [string, string, string, string];
afterAll(() => folder.dispose());
beforeAll(() => {
  writeFileSync(profile, PROFILE);
  writeFileSync(trace, INCIDENT);
  const symbols = [...FUNCTIONS, ['never', 0x1000 + 64 * FUNCTIONS.length, 64]] as const;
  const code = Array.from({ length: 64 * symbols.length }, () => 0xc3);
  writeFileSync(binary, elfBytes({ machine: EM_X86_64, codeAddress: 0x1000, code, symbols }));
});

it('learn tells what of the binary was seen', async () => {
  const learned = await perfscope(['learn', profile, '-o', signatures, '--binary', binary, '-f', 'json']);
  expect(learned).toMatchObject({ code: 0, stderr: '' });
  const document = JSON.parse(learned.stdout) as LearnDocument;
  expect(document.coverage.binary!.unseen).toEqual(['never']);
  expect(document.coverage.binary!.seen).toBe(document.coverage.functions);
  const written = JSON.parse(readFileSync(signatures, 'utf8')) as { functionsInBinary: number };
  expect(written.functionsInBinary).toBe(document.coverage.functions + 1);
});

it('analyze takes it, and says what is wrong with one', async () => {
  const analyze = (...more: string[]) => perfscope(['analyze', trace, '-s', signatures, ...more]);
  const [without, with_] = await Promise.all([analyze(), analyze('--binary', binary)]);
  expect(with_).toMatchObject({ code: 0, stdout: without.stdout, stderr: without.stderr });
  expect(await analyze('--binary', trace)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('no ELF') as string,
  });
  expect(await analyze('--binary', folder.at('none'))).toMatchObject({ code: 3 });
  const unused = await analyze('--binary', binary, '--method', 'perfscope');
  expect(unused.stdout).toContain('method perfscope makes no use of --binary');
});
