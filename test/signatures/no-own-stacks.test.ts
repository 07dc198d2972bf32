import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { brokenByPerf, nothingOwn, ofOthers } from '../../src/signatures/no-own-stacks.js';
import { perfScript } from '../../src/formats/perf/script.js';
import { readText } from '../formats/read-text.js';

/** Events as `perf script` prints them, each with the given frames. */
const recording = (...chains: string[][]) =>
  readText(
    perfScript,
    chains
      .map(
        (frames, i) =>
          `srv  10/10  [001] 15869.34920${i}: raw_syscalls:sys_enter: NR 0 (8, 7ffc7ea3ba40, fff, 0, 2, 0)\n${frames.map((f) => `\t${f}\n`).join('')}\n`,
      )
      .join(''),
  );
const KERNEL = 'ffffffff81415c9c syscall_exit_work+0xbc ([kernel.kallsyms])';
const READ = 'f82ec read+0x4c (/usr/lib/x86_64-linux-gnu/libc.so.6)';
const LOST = '456fb748394d0f00 [unknown] ([unknown])';
const OWN = '61215 main+0x315 (/usr/bin/srv)';

describe('perf -g of a program without frame pointers', () => {
  it('is told, with the commands that work', () => {
    const trace = recording([KERNEL, READ, LOST], [KERNEL, READ, LOST, LOST], [KERNEL, READ]);
    expect(brokenByPerf([trace])).toEqual({ calls: 3, share: 1, unmapped: false });
    const { message, advice } = nothingOwn([trace], '/usr/bin/srv');
    expect(message).toContain('100 % of perf');
    expect(advice).toMatch(/perf record --call-graph dwarf.*perf script --ns -F \S*ip,sym,symoff,dso -i perf\.data/);
    expect(advice).not.toContain('perf record -g');
  });

  it('is not taken for whole stacks, few as their frames may be', () => {
    expect(brokenByPerf([recording([KERNEL, READ, OWN], [KERNEL, READ, LOST])])).toEqual({
      calls: 2,
      share: 0.5,
      unmapped: false,
    });
  });

  it('is not what a runtime without a map suffers from', () => {
    const java = recording([KERNEL, READ, LOST, '99 start_thread+0x2 (/usr/lib/jvm/lib/server/libjvm.so)']);
    expect(nothingOwn([java], 'java').advice).toContain('docs/languages.md');
  });
});

describe('a recording of another program among those to learn from', () => {
  const [own, other] = [recording([KERNEL, READ, OWN]), recording([KERNEL, READ, '77 main+0x3 (/usr/bin/other)'])];
  const without = readText(perfScript, '');

  it('is told by its number', () => {
    expect(ofOthers([own, other, own], 'srv')).toEqual([1]);
    expect(ofOthers([own, own], 'srv')).toEqual([]);
  });

  it('is not one in which the program lies elsewhere, or which has no stacks', () => {
    const elsewhere = recording([KERNEL, READ, '61215 main+0x315 (/opt/new/srv (deleted))']);
    expect(ofOthers([own, elsewhere, without], 'srv')).toEqual([]);
  });

  it('is not one of a runtime, of which only the library may be on stacks', () => {
    const java = ['/usr/bin/java', '/usr/lib/jvm/lib/server/libjvm.so'].map((o) =>
      recording([KERNEL, READ, `99 f+0x2 (${o})`]),
    );
    expect(ofOthers(java, 'java')).toEqual([]);
  });
});

describe('stacks of which perf lost the mappings', () => {
  const LOADER = ['a780 __minimal_malloc+0xa0 (/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2)'];
  const trace = recording([KERNEL, '20ca3 __mmap64+0x13 (inlined)', ...LOADER], [KERNEL, LOST], [KERNEL, LOST]);

  it('are told, with the larger buffer that keeps them', () => {
    expect(brokenByPerf([trace])).toEqual({ calls: 3, share: 2 / 3, unmapped: true });
    const { message, advice } = nothingOwn([trace], '');
    expect(message).toContain('67 % of perf');
    expect(advice).toMatch(/^perf lost those records.* perf record --call-graph dwarf -m 16M /);
  });

  it('do not make the loader the program', () => {
    expect(() => learnSignatures([trace], { parameters: DEFAULT_PARAMETERS })).toThrow(
      'no stack holds a named function',
    );
  });
});
