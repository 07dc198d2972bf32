/**
 * Finds the lines that tell of kin: src/formats/strace/kin/kernel/kin.ts goes along the text, most of which tells nothing; lines of unusual shape
 * are read by patterns, which are the reference, and read all lines where WebAssembly has no SIMD.
 */
import { instanceWithin } from '../../../lib/wasm-instance.js';
import { KIN_MODULE } from './kernel/kin-module.js';

/** At a private futex. */
export type FutexOperation = 'wait' | 'wake';

/** What becomes of the lines. */
export interface KinLineReader {
  /** A call of futex at a private one; `result` null: its end is another line, since others are recorded between the two. */
  futex(tid: number, address: number, operation: FutexOperation, result: number | null): void;
  /** That end. */
  resumed(tid: number, result: number): void;
  /** A call of tgkill, `rest` from its arguments on. */
  signal(rest: string): void;
  /** A call returned a descriptor, with its name. */
  made(descriptor: number): void;
  /**
   * A call used a descriptor whose name, a number that stands for its text, has a number of its own (`:[`). Uses that are as the last one of the
   * descriptor may be left out.
   */
  used(tid: number, descriptor: number, name: number): void;
}

/**
 * tid, name and arguments of a record, behind blanks that a prefix left and what -n and -i print in brackets; the tid is not there in the
 * files of -ff.
 */
const LINE =
  /^ *(?:(?:\[pid +)?(\d+)(?:<[^>\n]*>)?\]? +)?(?:[\d:.]+ +)?(?:\(\+ +[\d.]+\) +)?(?:\[(?!pid )[^\]\n]{1,99}\] +)*(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$/gm;
const FUTEX = /^(0x[0-9a-f]+)(?: \/\*[^*]*\*\/)?, ?(?:(FUTEX_\w+)|(0x[0-9a-f]+|\d+))/;
const RESULT = /\) += (-?\d+)/;
const NAMED = /^(\d+)<((?:[^>]|(?<=-)>)*)>/;
const NEW_DESCRIPTOR = /\) += (\d+)<[^\n]*$/;

/** FUTEX_WAKE and its kin that wake waiters of the first address; FUTEX_WAIT and its kin. linux/futex.h */
const WAKES = [1, 3, 4, 5, 7, 10];
const WAITS = [0, 6, 9, 11, 13];
const PRIVATE = 128;
const COMMAND = 127;

/** `tid`: of the lines that name none, 0 when unknown. `numberOf`: the number of a descriptor's name. */
export function readByPatterns(
  text: string,
  tid: number,
  reader: KinLineReader,
  numberOf: (name: string) => number,
): void {
  for (const [, named, resumed, call, rest] of text.matchAll(LINE) as Iterable<string[]>) {
    const of = named === undefined ? tid : Number(named);
    if (of === 0) continue;
    if (resumed === 'futex') reader.resumed(of, resultIn(rest!));
    else if (call === 'futex') readFutex(of, rest!, reader);
    else if (call === 'tgkill') reader.signal(rest!);
    if (call === undefined) continue;
    const made = NEW_DESCRIPTOR.exec(rest!);
    if (made !== null) reader.made(Number(made[1]));
    const [, number, name] = NAMED.exec(rest!) ?? [];
    if (name?.includes(':[') === true) reader.used(of, Number(number), numberOf(name));
  }
}

function readFutex(tid: number, rest: string, reader: KinLineReader): void {
  const [, address, word, number] = FUTEX.exec(rest) ?? [];
  const operation = word === undefined ? ofNumber(Number(number)) : ofWord(word);
  if (address === undefined || operation === null) return;
  reader.futex(tid, Number(address), operation, rest.includes('<unfinished') ? null : resultIn(rest));
}

function resultIn(rest: string): number {
  return Number(RESULT.exec(rest)?.[1] ?? -1);
}

function ofWord(word: string): FutexOperation | null {
  if (!word.includes('_PRIVATE')) return null;
  if (/WAIT|LOCK_PI/.test(word) && !word.includes('UNLOCK')) return 'wait';
  return /WAKE|UNLOCK|REQUEUE/.test(word) ? 'wake' : null;
}

function ofNumber(operation: number): FutexOperation | null {
  if ((operation & PRIVATE) === 0) return null;
  return WAITS.includes(operation & COMMAND) ? 'wait' : WAKES.includes(operation & COMMAND) ? 'wake' : null;
}

/** What src/formats/strace/kin/kernel/kin.ts exports. In capitals: addresses. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly TEXT: WebAssembly.Global;
  readonly FOUND: WebAssembly.Global;
  begin(bytes: number, tid: number): void;
  forgetUses(): void;
  nameAt(from: number, size: number): number;
  advance(): number;
}

/** As in src/formats/strace/kin/kernel/kin.ts. */
const [UNUSUAL, FUTEX_CALL, FUTEX_ENDS, TGKILL] = [1, 2, 3, 4] as const;
/** By number, from 1 on. */
const OPERATIONS = ['wait', 'wake'] as const;
const OPEN = -(2 ** 31);
/** What a line tells: an address, and numbers behind it. */
const TOLD = 10;

/** Text of a piece that is looked at, bytes; as much as the module takes. */
const LOOKED_AT = 512 * 1024;
/** Memory of the module, bytes: the text, the table of names in it, and little else. */
const MEMORY = 900_000;

/** One a thread; null where it cannot run. */
let kernel: Exports | null | undefined;

function kinKernel(): Exports | null {
  if (kernel === undefined)
    try {
      kernel = instanceWithin<Exports>(KIN_MODULE, MEMORY);
    } catch {
      kernel = null;
    }
  return kernel;
}

/** As readByPatterns, of the text's first part; `fast`: mostly without patterns. */
export function readKinLines(text: Uint8Array, tid: number, reader: KinLineReader, fast = kinKernel()): void {
  const bytes = text.subarray(0, LOOKED_AT);
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (fast === null) return readByPatterns(latin.toString('latin1'), tid, reader, numbering());
  new Uint8Array(fast.memory.buffer, fast.TEXT.value).set(bytes);
  fast.begin(bytes.length, tid);
  const slice = (from: number, to: number) => latin.toString('latin1', from, to);
  const others = numbering();
  /** The number that the module has for a name somewhere in `text`, which begins at `from`; below -1 where it has no room for it. */
  const numberIn = (text: string, from: number, name: string) => {
    const number = fast.nameAt(from + text.indexOf(name), name.length);
    return number >= 0 ? number : -2 - others(name);
  };
  const found = new Found(fast);
  for (let lines = fast.advance(); lines > 0; lines = fast.advance())
    for (let line = 0; line < lines; line++) {
      if (found.what(line) !== UNUSUAL) found.tell(line, slice, reader);
      else {
        const [from, to] = found.place(line);
        const text = slice(from, to);
        readByPatterns(text, tid, reader, (name) => numberIn(text, from, name));
        fast.forgetUses();
      }
    }
}

/** A number for each text, in the order of their first occurrences. */
export function numbering(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
}

/** What the module noted of lines. */
class Found {
  private readonly numbers: Int32Array;
  private readonly addresses: Float64Array;

  constructor({ memory: { buffer }, FOUND }: Exports) {
    const bytes = buffer.byteLength - FOUND.value;
    this.numbers = new Int32Array(buffer, FOUND.value, bytes >> 2);
    this.addresses = new Float64Array(buffer, FOUND.value, bytes >> 3);
  }

  what(line: number): number {
    return this.numbers[line * TOLD + 2]!;
  }

  place(line: number): [from: number, to: number] {
    return [this.numbers[line * TOLD + 7]!, this.numbers[line * TOLD + 8]!];
  }

  /** Of a usual line. */
  tell(line: number, slice: (from: number, to: number) => string, reader: KinLineReader): void {
    const { numbers } = this;
    const at = line * TOLD;
    const what = numbers[at + 2]!;
    const of = numbers[at + 3]!;
    const result = numbers[at + 8]!;
    if (what === FUTEX_ENDS) return reader.resumed(of, result);
    if (what === FUTEX_CALL) {
      const operation = OPERATIONS[numbers[at + 7]! - 1]!;
      reader.futex(of, this.addresses[at >> 1]!, operation, result === OPEN ? null : result);
    } else if (what === TGKILL) reader.signal(slice(...this.place(line)));
    if (numbers[at + 4]! >= 0) reader.made(numbers[at + 4]!);
    if (numbers[at + 6]! >= 0) reader.used(of, numbers[at + 5]!, numbers[at + 6]!);
  }
}
