import { describe, expect, it } from 'vitest';
import { codeRanges } from '../../src/binary/eh-frame.js';
import { EM_X86_64, readElf } from '../../src/binary/elf.js';
import { functionTable } from '../../src/binary/function-table.js';
import type { ProgramImage } from '../../src/binary/image.js';
import { symbolise } from '../../src/signatures/symbolise.js';
import { NO_STACK, StackTableBuilder } from '../../src/trace/stacks.js';
import { elfBytes } from '../binary/elf-bytes.js';
import { ehFrameOf } from '../binary/eh-frame-bytes.js';

const OBJECT = '/usr/bin/srv';

/** Exported: `serve` at 0x1000 and `reply` at 0x1100, 32 bytes each; hidden: 0x1040 to 0x1060 and 0x1140 to 0x1160. A call before each 0x..10. */
function image(options: { symbols?: [string, number, number][]; complete?: boolean } = {}): ProgramImage {
  const code = Array.from({ length: 0x200 }, (_, i) => (i % 0x10 === 0x0b ? 0xe8 : 0x90));
  const symbols = options.symbols ?? [
    ['serve', 0x1000, 32],
    ['reply', 0x1100, 32],
  ];
  const elf = readElf(elfBytes({ machine: EM_X86_64, codeAddress: 0x1000, code, symbols }), 'srv');
  const ranges: [number, number][] = [
    [0x1000, 0x1020],
    [0x1040, 0x1060],
    [0x1100, 0x1120],
    [0x1140, 0x1160],
  ];
  const unwinding = { ...elf, ehFrame: { address: 0x8000, offset: 0, bytes: ehFrameOf(ranges, 0x8000) } };
  expect(codeRanges(unwinding)).toHaveLength(4);
  const complete = options.complete ?? false;
  return { path: 'srv', elf: unwinding, table: functionTable(unwinding), complete, debugFile: '' };
}

/** Frames as `name+0xoffset@0xaddress`, each a stack of its own; their names afterwards. */
function namesOf(frames: string[], given: ProgramImage | null, sized = false) {
  const builder = new StackTableBuilder();
  for (const text of frames) {
    const [, name, offset, address] = /^([^+@]*)(?:\+0x([0-9a-f]+))?(?:@0x([0-9a-f]+))?$/.exec(text)!;
    const place = (hex: string | undefined) => (hex === undefined ? -1 : parseInt(hex, 16));
    builder.push(NO_STACK, builder.frame(name!, OBJECT, place(offset), place(address)));
  }
  const { table, objects } = symbolise(builder.finish(), new Map([[OBJECT, given]]), sized);
  return {
    names: Array.from(table.frame, (f) => table.functions[table.frameFunction[f]!]!),
    source: objects[0]!.source,
  };
}

describe('frames of a stripped binary', () => {
  it('keep an exported name within the function, and get their range behind it', () => {
    expect(namesOf(['serve+0x10@0x1010', 'serve+0x50@0x1050', 'reply+0x20@0x1120', '@0x1150'], image())).toEqual({
      names: ['serve', 'srv@0x1040', 'reply', 'srv@0x1140'],
      source: 'exports',
    });
  });

  it('are known wherever the loader put the file, in each process', () => {
    const frames = ['serve+0x10@0x7f0000001010', '@0x7f0000001050', 'reply+0x10@0x560000005110', '@0x560000005150'];
    expect(namesOf(frames, image()).names).toEqual(['serve', 'srv@0x1040', 'reply', 'srv@0x1140']);
  });

  it('are known by the calls before them where the tracer had no name at all', () => {
    expect(namesOf(['@0x1010', '@0x1050', '@0x1150'], image()).names).toEqual(['serve', 'srv@0x1040', 'srv@0x1140']);
    const moved = ['@0x55500000a010', '@0x55500000a050', '@0x55500000a150', '@0x55500000a110', '@0x55500000a060'];
    expect(namesOf(moved, image()).names).toEqual(['serve', 'srv@0x1040', 'srv@0x1140', 'reply', 'srv@0x1040']);
  });

  it('belong to the function that called, also where its call is its last instruction', () => {
    expect(
      namesOf(
        ['reply+0x0@0x1060', 'serve+0x10@0x1010'],
        image({
          symbols: [
            ['serve', 0x1000, 32],
            ['reply', 0x1060, 32],
          ],
        }),
      ).names,
    ).toEqual(['srv@0x1040', 'serve']);
  });

  it('get nothing from another build', () => {
    const moved = namesOf(['serve+0x10@0x1210', 'reply+0x10@0x1318', 'serve+0x50@0x1250'], image());
    expect(moved).toEqual({ names: ['serve', 'reply', 'serve'], source: 'other-build' });
    expect(namesOf(['@0x1013', '@0x1057', '@0x1158'], image()).source).toBe('other-build');
    const whole = image({ complete: true });
    expect(namesOf(['serve+0x10@0x1010', 'gone+0x10@0x1050'], whole).source).toBe('other-build');
  });

  it('get all names from a file of symbols', () => {
    const full = image({
      symbols: [
        ['serve', 0x1000, 32],
        ['hidden.isra.0', 0x1040, 32],
        ['reply', 0x1100, 32],
      ],
      complete: true,
    });
    expect(namesOf(['serve+0x10@0x1010', 'serve+0x50@0x1050'], full)).toEqual({
      names: ['serve', 'hidden.isra.0'],
      source: 'symbols',
    });
  });

  it('are none where there is no code: the unwinder took something else for an address', () => {
    expect(namesOf(['serve+0x10@0x1010', 'reply+0x7010@0x8110', '@0x4000'], image()).names).toEqual(['serve', '', '']);
    expect(namesOf(['serve+0x10@0x1010', 'reply+0x80@0x1180'], image()).names).toEqual(['serve', 'reply+?']);
  });

  it('are of the handler where a signal has just been delivered', () => {
    expect(namesOf(['serve+0x10@0x1010', 'serve+0x40@0x1040'], image()).names).toEqual(['serve', 'srv@0x1040']);
  });

  it('keep names of inlined functions, which no symbol table has', () => {
    expect(namesOf(['inner', 'serve+0x10@0x1010'], image({ complete: true })).names).toEqual(['inner', 'serve']);
  });
});

describe('frames without a binary', () => {
  const none = (frames: string[], sized = false) => namesOf(frames, null, sized).names;

  it('keep names that nothing speaks against', () => {
    expect(none(['serve+0x10@0x1010', 'serve+0x1050@0x2050'])).toEqual(['serve', 'serve']);
  });

  it('are behind an export where a function cannot be so long', () => {
    expect(none(['serve+0x10@0x1010', 'serve+0x9050@0xa050'])).toEqual(['serve', 'serve+?']);
  });

  it('are all doubted in a program that is stripped', () => {
    const far = ['serve+0x9050@0xa050', 'reply+0x8100@0x9200'];
    expect(none(['serve+0x8@0x1008', 'reply+0x40@0x1140', ...far])).toEqual(['serve', 'reply+?', 'serve+?', 'reply+?']);
  });

  it('are believed of a tracer that knows sizes or local symbols', () => {
    const far = ['serve+0x9050@0xa050', 'reply+0x8100@0x9200'];
    expect(none(far, true)).toEqual(['serve', 'reply']);
    expect(none(['step.constprop.0+0x8@0x1008', ...far])).toEqual(['step.constprop.0', 'serve', 'reply']);
    expect(none(['@0xb000', ...far])).toEqual(['', 'serve', 'reply']);
  });
});

it('tells names that several functions of the file have', () => {
  const twice: [string, number, number][] = [
    ['serve', 0x1000, 32],
    ['init', 0x1040, 32],
    ['init', 0x1100, 32],
    ['reply', 0x1140, 32],
  ];
  const sharedOf = (...frames: (readonly [string, number])[]) => {
    const builder = new StackTableBuilder();
    for (const [name, address] of frames)
      builder.push(NO_STACK, builder.frame(name, OBJECT, address < 0 ? -1 : address % 0x20, address));
    const { objects } = symbolise(
      builder.finish(),
      new Map([[OBJECT, image({ symbols: twice, complete: true })]]),
      false,
    );
    return objects[0]!.shared;
  };
  expect(sharedOf(['serve', 0x1010], ['init', 0x1050], ['init', 0x1110])).toEqual(['init']);
  // Only one of the two is on a stack.
  expect(sharedOf(['serve', 0x1010], ['init', 0x1050], ['reply', 0x1150])).toEqual([]);
  // perf's text has names alone.
  expect(sharedOf(['serve', 0x1010], ['reply', 0x1150], ['init', -1])).toEqual(['init']);
});
