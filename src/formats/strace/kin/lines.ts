/**
 * Finds the lines that tell of kin: src/formats/strace/kin/kernel/kin.ts goes along the text, most of which tells nothing; lines of unusual shape
 * are read by patterns, which are the reference, and read all lines where WebAssembly has no SIMD.
 */
import { instanceWithin } from '../../../lib/wasm-instance.js';
import { KIN_MODULE } from './kernel/kin-module.js';

/** What becomes of the lines. */
export interface KinLineReader {
  /** A call of futex, `rest` from its arguments on; its end, where others are recorded between the two. */
  futex(tid: number, rest: string): void;
  resumed(tid: number, rest: string): void;
  /** A call of tgkill. */
  signal(rest: string): void;
  /** A call returned a descriptor, with its name. */
  made(descriptor: number): void;
  /** A call used a descriptor whose name has a number of its own (`:[`). Uses that are as the last one of the descriptor may be left out. */
  used(tid: number, descriptor: number, name: string): void;
}

/**
 * tid, name and arguments of a record, behind blanks that a prefix left and what -n and -i print in brackets; the tid is not there in the
 * files of -ff.
 */
const LINE =
  /^ *(?:(?:\[pid +)?(\d+)(?:<[^>\n]*>)?\]? +)?(?:[\d:.]+ +)?(?:\(\+ +[\d.]+\) +)?(?:\[(?!pid )[^\]\n]{1,99}\] +)*(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$/gm;
const NAMED = /^(\d+)<((?:[^>]|(?<=-)>)*)>/;
const NEW_DESCRIPTOR = /\) += (\d+)<[^\n]*$/;

/** `tid`: of the lines that name none, 0 when unknown. */
export function readByPatterns(text: string, tid: number, reader: KinLineReader): void {
  for (const [, named, resumed, call, rest] of text.matchAll(LINE) as Iterable<string[]>) {
    const of = named === undefined ? tid : Number(named);
    if (of === 0) continue;
    if (resumed === 'futex') reader.resumed(of, rest!);
    else if (call === 'futex') reader.futex(of, rest!);
    else if (call === 'tgkill') reader.signal(rest!);
    if (call === undefined) continue;
    const made = NEW_DESCRIPTOR.exec(rest!);
    if (made !== null) reader.made(Number(made[1]));
    const [, number, name] = NAMED.exec(rest!) ?? [];
    if (name?.includes(':[') === true) reader.used(of, Number(number), name);
  }
}

/** What src/formats/strace/kin/kernel/kin.ts exports. In capitals: addresses. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly TEXT: WebAssembly.Global;
  readonly FOUND: WebAssembly.Global;
  begin(bytes: number, tid: number): void;
  forgetUses(): void;
  advance(): number;
}

/** As in src/formats/strace/kin/kernel/kin.ts. */
const [NONE, UNUSUAL, FUTEX, FUTEX_ENDS, TGKILL] = [0, 1, 2, 3, 4] as const;
/** Numbers that it tells of a line. */
const FOUND = 7;

/** Text of a piece that is looked at, bytes; as much as the module takes. */
const LOOKED_AT = 512 * 1024;
/** Memory of the module, bytes: the text, and little else. */
const MEMORY = 600_000;

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
  if (fast === null) return readByPatterns(latin.toString('latin1'), tid, reader);
  new Uint8Array(fast.memory.buffer, fast.TEXT.value).set(bytes);
  fast.begin(bytes.length, tid);
  const found = new Int32Array(fast.memory.buffer, fast.FOUND.value, FOUND);
  const slice = (from: number, to: number) => latin.toString('latin1', from, to);
  for (let what = fast.advance(); what !== NONE; what = fast.advance()) {
    if (what === UNUSUAL) {
      readByPatterns(slice(found[1]!, found[2]!), tid, reader);
      fast.forgetUses();
    } else tell(what, found, slice, reader);
  }
}

/** `found`: of a usual line its tid, where its arguments begin and end, the descriptor that it made, that which it used, and the place of its name. */
function tell(
  what: number,
  found: Int32Array,
  slice: (from: number, to: number) => string,
  reader: KinLineReader,
): void {
  const of = found[0]!;
  if (what === FUTEX_ENDS) return reader.resumed(of, slice(found[1]!, found[2]!));
  if (what === FUTEX) reader.futex(of, slice(found[1]!, found[2]!));
  else if (what === TGKILL) reader.signal(slice(found[1]!, found[2]!));
  if (found[3]! >= 0) reader.made(found[3]!);
  if (found[4]! >= 0) reader.used(of, found[4]!, slice(found[5]!, found[6]!));
}
