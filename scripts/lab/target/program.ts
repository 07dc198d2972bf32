/** The functions of a program that can be given faults: those that begin with the padding that the lab builds with. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { readElf } from '../../../src/binary/elf.js';
import { normaliseName } from '../../../src/signatures/names.js';
import { readJson, writeJson } from '../files.js';
import type { Language } from '../operators.js';
import { type DebugSections, type Prototype, prototypes } from './dwarf.js';

const run = promisify(execFile);

/** Bytes of padding, see native/faults.c. */
export const PADDING = 16;

export interface TargetFunction extends Prototype {
  /** As perfscope compares names. */
  readonly name: string;
  /** As in the symbol table. */
  readonly symbol: string;
  /** In the file, before the loader moves it. */
  readonly address: number;
  /** Bytes of its body, without the padding. */
  readonly size: number;
  /** Where the slot of its hook lies, where functions have hooks: in a program's memory (Go), or in the file that is its table (Java). */
  readonly slot?: number;
  /** The exception with which it fails, in Java. */
  readonly throws?: string;
  readonly rust?: true;
}

export interface Program {
  readonly path: string;
  /** The loader decides where it lies. */
  readonly relocatable: boolean;
  readonly targets: readonly TargetFunction[];
  /** Functions in all, with and without padding. */
  readonly functionsInBinary: number;
  /** Where its functions have hooks instead of padding. */
  readonly hooks?: Hooks;
  readonly rust?: true;
}

export function languageOf({ hooks, rust }: Program): Language {
  return hooks?.language ?? (rust ? 'Rust' : 'C');
}

export interface Hooks {
  readonly language: 'Go' | 'Java';
  /** The server's own: nothing else is hooked, and nothing else on stacks counts. */
  readonly packages: readonly string[];
}

const UNKNOWN: Prototype = {
  arguments: 99,
  variadic: true,
  largeArguments: true,
  structures: true,
  registers: 99,
  returns: 'other',
  noReturn: false,
};
/** e_type of a program that the loader places. */
const ET_DYN = 3;

/** Reads a program, or what was kept beside it of an earlier look; of one in Rust, what is of these crates can be faulty. */
export async function readProgram(file: string, crates?: readonly string[]): Promise<Program> {
  const program = await realpath(file);
  const kept = `${program}.functions.json`;
  const [of, before] = await Promise.all([stat(program), stat(kept).catch(() => null)]);
  if (before !== null && before.mtimeMs >= of.mtimeMs) return { ...(await readJson<Program>(kept)), path: program };
  const bytes = await readFile(program);
  const elf = readElf(bytes, program);
  const known = prototypes(await debugSections(program));
  const targets = new Map<number, TargetFunction>();
  const addresses = new Set<number>();
  for (const { name: symbol, address, size } of elf.functions) {
    if (addresses.has(address) || /\.cold(\.\d+)?$/.test(symbol)) continue;
    addresses.add(address);
    const code = elf.code.find((c) => address >= c.address && address + PADDING <= c.address + c.bytes.length);
    if (code === undefined) continue;
    const at = address - code.address;
    if (!isPadding(code.bytes.subarray(at, at + PADDING))) continue;
    const name = normaliseName(symbol);
    if (crates !== undefined && !crates.includes(/^<?(\w+)::/.exec(name)?.[1] ?? '')) continue;
    const prototype = known.get(address) ?? UNKNOWN;
    targets.set(address, { ...prototype, name, symbol, address, size: size - PADDING, ...(crates && { rust: true }) });
  }
  const result: Program = {
    path: program,
    relocatable: new DataView(bytes.buffer, bytes.byteOffset).getUint16(16, true) === ET_DYN,
    targets: [...targets.values()],
    functionsInBinary: addresses.size,
    ...(crates && { rust: true }),
  };
  await writeJson(kept, result);
  return result;
}

/**
 * No-operations of one byte, as GCC makes them, or of up to fifteen (Intel's manual, NOP), as LLVM does: prefixes, then 90 or 0f 1f with
 * an operand of memory.
 */
export function isPadding(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    while (bytes[at] === 0x66 || bytes[at] === 0x2e) at++;
    if (bytes[at] === 0x90) at++;
    else if (bytes[at] === 0x0f && bytes[at + 1] === 0x1f) at += 3 + operandBytes(bytes[at + 2]!);
    else return false;
    if (at > bytes.length) return false;
  }
  return true;
}

/** Bytes behind the ModRM byte of an operand of memory: its scale and index, its displacement. */
function operandBytes(modRM: number): number {
  return ((modRM & 7) === 4 ? 1 : 0) + ([0, 1, 4][modRM >> 6] ?? 0);
}

/** objcopy(1) finds them, and unpacks them where they are compressed. */
async function debugSections(program: string): Promise<DebugSections> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lab-dwarf-'));
  try {
    const part = (name: string) => path.join(folder, name);
    await run('objcopy', [
      '--decompress-debug-sections',
      ...['info', 'abbrev'].flatMap((name) => ['--dump-section', `.debug_${name}=${part(name)}`]),
      program,
      part('rest'),
    ]);
    // By itself: a program without one is no error.
    await run('objcopy', [
      '--decompress-debug-sections',
      '--dump-section',
      `.debug_rnglists=${part('rnglists')}`,
      program,
      part('rest'),
    ]).catch(() => {});
    const [info, abbrev, rnglists] = await Promise.all([
      readFile(part('info')),
      readFile(part('abbrev')),
      readFile(part('rnglists')).catch(() => new Uint8Array()),
    ]);
    return { info, abbrev, rnglists };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The function that holds an address of the file; null for none that the lab knows. */
export function functionAt(program: Program): (address: number) => TargetFunction | null {
  const sorted = program.targets.toSorted((a, b) => a.address - b.address);
  return (address) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low - 1];
    return found !== undefined && address <= found.address + PADDING + found.size ? found : null;
  };
}
