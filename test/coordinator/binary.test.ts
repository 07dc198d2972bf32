import { describe, expect, it } from 'vitest';
import { binaryWarnings, buildWarnings } from '../../src/coordinator/binary.js';
import { perfScript } from '../../src/formats/perf/script.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { readText } from '../formats/read-text.js';
import { traceFromText } from '../helpers/trace.js';

const DB = learnSignatures(
  [traceFromText('1 0.1 read main>f\n1 0.2 write main>g@/opt/app/lib/mod.so\n1 0.3 write main>h')],
  { parameters: DEFAULT_PARAMETERS },
);
const binary = (functions: string[], complete = true, buildId = '') =>
  binaryWarnings({ path: 'app', buildId, functions, complete, callGraph: null }, DB).map((w) => [w.code, w.args.seen]);

it('warns of a binary that is stripped or of another program', () => {
  expect(binary(['main', 'f'])).toEqual([]); // g is a module's
  expect(binary(['main', 'other'])).toEqual([['binary-differs', 1]]);
  expect(binary(['main', 'f', 'h'], false)).toEqual([['binary-stripped', undefined]]);
});

describe('an incident of another build', () => {
  const mapped = (build: string) =>
    `app 7/7 [000] 1.000001: PERF_RECORD_MMAP2 7/7: [0x5575579b3000(0x1000) @ 0x1000 <${build}>]: r-xp /opt/my app/app\n` +
    'app 7/7 [000] 1.000002: PERF_RECORD_MMAP2 7/7: [0x7f4b17f16000(0x2000) @ 0 00:00 0 0]: r-xp [vdso]\n' +
    'app 7/7 [000] 1.000003: raw_syscalls:sys_enter: NR 0 (3, 0, 0, 0, 0, 0)\n';
  const learned = (path: string, buildId: string) => ({
    symbols: [{ object: 'app', path, names: 'symbols' as const, buildId, package: '' }],
  });

  it('is told by what perf script says of mapped files', () => {
    const trace = readText(perfScript, mapped('ce13af4bf8325dbb'));
    expect([...trace.builds!]).toEqual([['/opt/my app/app', 'ce13af4bf8325dbb']]);
    expect(buildWarnings(trace, learned('/opt/my app/app', 'ce13af4bf8325dbb'))).toEqual([]);
    expect(buildWarnings(trace, learned('/elsewhere/app', 'aa00'))).toEqual([
      { code: 'trace-other-build', args: { object: 'app', learned: 'aa00', build: 'ce13af4bf8325dbb' } },
    ]);
  });

  it('cannot be told where either says nothing', () => {
    expect(buildWarnings(readText(perfScript, mapped('ce13af4bf8325dbb')), learned('/opt/my app/app', ''))).toEqual([]);
    expect(buildWarnings(traceFromText('1 0.1 read main>f'), learned('/opt/my app/app', 'aa00'))).toEqual([]);
  });
});
