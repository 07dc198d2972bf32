import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCallGraph, type CallGraph } from '../../src/binary/call-graph.js';
import { EM_386, EM_AARCH64, EM_X86_64, readElf } from '../../src/binary/elf.js';
import { normaliseName } from '../../src/signatures/names.js';
import { elfBytes } from './elf-bytes.js';

/** `caller>callee`, sorted. */
function edges(graph: CallGraph): string[] {
  return graph.names.flatMap((name, f) =>
    [...graph.callees.subarray(graph.offsets[f], graph.offsets[f + 1])].map((c) => `${name}>${graph.names[c]!}`),
  );
}

/** Library functions that a function calls. */
function imports(graph: CallGraph, name: string): string[] {
  const f = graph.names.indexOf(name);
  const called = graph.importCallees.subarray(graph.importOffsets[f], graph.importOffsets[f + 1]);
  return Array.from(called, (i) => graph.imports[i]!);
}

const signed32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
const signed32Big = (value: number) => signed32(value).reverse();

describe('direct calls in hand-made code', () => {
  it.each([EM_X86_64, EM_386])('of x86 (machine %i)', (machine) => {
    // a: call b; jne c; jmp a (a loop) | b: jmp c; call into the middle of a | c: call c
    const code = [
      ...[0xe8, ...signed32(0x10 - 5), 0x0f, 0x85, ...signed32(0x20 - 11), 0xe9, ...signed32(0 - 16)],
      ...[0xe9, ...signed32(0x20 - 0x15), 0xe8, ...signed32(2 - 0x1a), 0x90, 0x90, 0x90, 0x90, 0x90, 0x90],
      ...[0xe8, ...signed32(0x20 - 0x25), 0xc3],
    ];
    const symbols = [
      ['a', 0x1000, 16],
      ['b.part.0', 0x1010, 16],
      ['c', 0x1020, 6],
    ] as [string, number, number][];
    const graph = readCallGraph(
      readElf(elfBytes({ machine, bits: machine === EM_386 ? 32 : 64, codeAddress: 0x1000, code, symbols })),
    );
    expect(edges(graph)).toEqual(['a>b', 'a>c', 'b>c', 'c>c']);
  });

  it.each([true, false])('of arm64', (littleEndian) => {
    // Instructions of arm64 are little-endian whatever the data's order; big-endian files are BE8 in code.
    const code = [0x94000002, 0x14000001, 0x97fffffe, 0xd65f03c0].flatMap((w) => signed32(w));
    const symbols = [
      ['a', 0x1000, 4],
      ['b', 0x1004, 4],
      ['c', 0x1008, 8],
    ] as [string, number, number][];
    const elf = readElf(elfBytes({ machine: EM_AARCH64, littleEndian, codeAddress: 0x1000, code, symbols }));
    expect(edges(readCallGraph(elf))).toEqual(['a>c', 'b>c', 'c>a']);
  });

  it('is refused for other machines', () => {
    const elf = readElf(elfBytes({ machine: 243, codeAddress: 0, code: signed32Big(0), symbols: [] }));
    expect(() => readCallGraph(elf, 'server')).toThrow(expect.objectContaining({ code: 'input-format' }) as Error);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'perfscope-calls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCE = `
#include <stdio.h>
#include <unistd.h>
#define HERE __attribute__((noinline))
static int HERE leaf(int x) { return write(1, "x", x & 1); }
int HERE exported(int x) { return leaf(x) + 1; }
static int HERE tail(int x) { return exported(x * 3); }
static int HERE recurse(int x) { return x < 2 ? leaf(x) : recurse(x - 1) * recurse(x - 2); }
static int HERE never(int x) { return printf("%d", x); }
int (*pointer)(int) = never;
int main(int argc, char **argv) {
  if (argc > 5) return tail(argc);
  for (int i = 0; i < argc; i++) argc += recurse(i) + exported(i);
  return pointer(argc);
}
`;

/** What objdump says: calls, and jumps to the first byte of another function, to functions of the same file. */
function edgesByObjdump(file: string): string[] {
  const found = new Set<string>();
  const listing = execFileSync('objdump', ['-d', '--no-show-raw-insn', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const functions = new Set([...listing.matchAll(/^[0-9a-f]+ <([^>]+)>:$/gm)].map((m) => m[1]!));
  let caller = '';
  for (const line of listing.split('\n')) {
    const head = /^[0-9a-f]+ <([^>]+)>:$/.exec(line);
    if (head) caller = head[1]!;
    const call = /\t(call|jmp|j[a-z]+)q?\s+[0-9a-f]+ <([^>+]+)>$/.exec(line);
    if (!call || caller.endsWith('@plt') || caller.startsWith('.')) continue;
    const callee = call[2]!.replace(/@plt$/, '');
    if (!functions.has(callee)) continue;
    const [from, to] = [normaliseName(caller), normaliseName(callee)];
    if (call[1] === 'call' || from !== to) found.add(`${from}>${to}`);
  }
  return [...found].sort();
}

const tools = ['gcc', 'objdump'].filter((tool) => {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
});
const machine = process.arch === 'x64';

describe.skipIf(tools.length > 0 || !machine)('direct calls in compiled code (needs gcc and objdump on x86-64)', () => {
  it.each([
    ['-O2', ''],
    ['-O0', '-no-pie'],
    ['-Os', '-fcf-protection=full'],
    ['-O2', '-fPIC -shared'],
    ['-O2', '-fPIC -shared -fno-plt'],
    ['-O2', '-fPIC -shared -fcf-protection=full'],
  ])('%s %s', (optimise, flags) => {
    const file = join(folder, 'program');
    writeFileSync(`${file}.c`, SOURCE);
    execFileSync('gcc', [optimise, ...flags.split(' ').filter(Boolean), '-o', file, `${file}.c`]);
    const graph = readCallGraph(readElf(readFileSync(file)));
    const found = edges(graph).filter((edge) => !/^_|^\(|tm_clones|>_/.test(edge));
    expect(imports(graph, 'leaf')).toEqual(['write']);
    expect(imports(graph, 'never')).toEqual([expect.stringMatching(/^(?:__)?printf(?:_chk)?$/)]);
    expect(imports(graph, 'tail')).toEqual([]);
    expect(found).toContain('tail>exported');
    expect(found).not.toContain('main>never');
    if (flags.includes('-fno-plt')) {
      // objdump prints calls through the slot without a name.
      expect(found).toContain('main>exported');
    } else {
      const expected = edgesByObjdump(file).filter((edge) => !/^_|tm_clones|>_/.test(edge));
      expect(expected.length).toBeGreaterThan(4);
      expect(found).toEqual(expected);
    }
  });
});
