import { describe, expect, it } from 'vitest';
import { type ElfFile, EM_386, EM_X86_64 } from '../../src/binary/elf.js';
import { FunctionTable } from '../../src/binary/function-table.js';
import { machineChecks, recorderOf } from '../../src/record/doctor/checks.js';
import { keepsFramePointers } from '../../src/record/doctor/frame-pointers.js';
import { processChecks } from '../../src/record/doctor/process-checks.js';
import { DOCTOR_REPORTERS } from '../../src/report/doctor.js';
import { TOOL } from '../../src/version.js';
import { NOBODY, READ_ONLY, factsWith } from './facts.js';

describe('machineChecks', () => {
  it('where all is allowed, nothing is to be done', () => {
    expect(machineChecks(factsWith()).map((c) => [c.id, c.state, c.remedy])).toEqual([
      ['ftrace', 'ok', ''],
      ['perf', 'ok', ''],
      ['strace', 'ok', ''],
      ['tracefs', 'ok', ''],
      ['stacks', 'ok', ''],
    ]);
    expect(recorderOf(factsWith())).toBe('ftrace');
  });

  it('what is in the way is said with what helps', () => {
    const checks = machineChecks(factsWith(NOBODY));
    expect(checks.map((c) => c.state)).toEqual(['no', 'no', 'limited', 'no', 'ok']);
    for (const { state, remedy } of checks) expect(remedy === '').toBe(state === 'ok');
    expect(recorderOf(factsWith(NOBODY))).toBeNull();
    expect(recorderOf(factsWith(READ_ONLY))).toBe('perf');
    expect(recorderOf(factsWith({ ...READ_ONLY, perf: null }))).toBe('strace');
  });

  it('the table has a line a thing, what helps below it, and what record would use', () => {
    const checks = machineChecks(factsWith({ ...NOBODY, strace: null }));
    const document = { schemaVersion: 1, tool: TOOL, kernel: '6.1', arch: 'x64', recorder: null, checks } as const;
    const [table] = DOCTOR_REPORTERS;
    const text = table!.render(document, { width: 80, color: false });
    expect(text).toContain(
      'perf            no      tracefs (/sys/kernel/tracing) may not be read\n                        Run it as root',
    );
    expect(text).toMatch(/Nothing can record here\.\n$/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('processChecks', () => {
  it('of this very process: its file and what its functions are known by', async () => {
    const checks = await processChecks(process.pid, null);
    const program = checks.find((c) => c.id === 'program');
    expect(program).toMatchObject({ state: 'ok' });
    expect(checks.map((c) => c.id)).toEqual(expect.arrayContaining(['symbols', 'frame pointers']));
  });

  it('says that there is no such process', async () => {
    await expect(processChecks(2 ** 30, null)).rejects.toThrow(/there is no process/);
  });
});

describe('keepsFramePointers', () => {
  const PUSH = [0x55, 0x48, 0x89, 0xe5];
  const LANDING = [0xf3, 0x0f, 0x1e, 0xfa];
  const OTHER = [0x41, 0x57, 0x41, 0x56];
  /** Functions of 64 bytes that begin so. */
  const program = (beginnings: readonly (readonly number[])[], machine = EM_X86_64) => {
    const bytes = new Uint8Array(64 * beginnings.length);
    beginnings.forEach((code, i) => bytes.set(code, 64 * i));
    const ranges = beginnings.map((_, i) => ({ start: 0x1000 + 64 * i, end: 0x1040 + 64 * i, names: [`f${i}`] }));
    const elf = { machine, code: [{ section: '.text', address: 0x1000, bytes }] } as unknown as ElfFile;
    return keepsFramePointers(elf, new FunctionTable(ranges, []));
  };

  it.each([
    ['all', [PUSH, [...LANDING, ...PUSH]], true],
    ['most', [PUSH, PUSH, OTHER], true],
    ['few', [PUSH, OTHER, [...LANDING, ...OTHER]], false],
    ['nothing to look at', [], null],
  ])('%s', (_, beginnings, expected) => expect(program(beginnings)).toBe(expected));

  it('a machine whose code is not known', () => expect(program([PUSH], EM_386)).toBeNull());
});
