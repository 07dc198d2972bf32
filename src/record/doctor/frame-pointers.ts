/** Whether a program keeps frame pointers, told by how its functions begin. Pure. */
import { EM_AARCH64, EM_X86_64, type ElfFile } from '../../binary/elf.js';
import type { FunctionTable } from '../../binary/function-table.js';

/** Functions that are looked at: enough to tell, whatever the size of the program. */
const SAMPLE = 2000;
/** Shorter ones call nothing, and need no frame. */
const SHORTEST = 64;
/** Leaves and assembly have none in programs that were compiled with frame pointers, too. */
const MOST = 0.5;

const ENDBR64 = [0xf3, 0x0f, 0x1e, 0xfa];
/** push %rbp, within the first instructions. */
const PUSH_RBP = 0x55;
/** mov %rsp,%rbp: two encodings. */
const MOVES = [
  [0x48, 0x89, 0xe5],
  [0x48, 0x8b, 0xec],
];
const LOOK = 16;

/** Null: a machine whose code we do not know, or nothing to look at. */
export function keepsFramePointers(elf: ElfFile, table: FunctionTable): boolean | null {
  const starts = elf.machine === EM_X86_64 ? beginsX86 : elf.machine === EM_AARCH64 ? beginsArm : null;
  if (starts === null) return null;
  let seen = 0;
  let framed = 0;
  for (const { start, end } of table.ranges) {
    const code = elf.code.find((c) => start >= c.address && start + LOOK <= c.address + c.bytes.length);
    if (end - start < SHORTEST || code === undefined) continue;
    seen++;
    if (starts(code.bytes.subarray(start - code.address, start - code.address + LOOK))) framed++;
    if (seen === SAMPLE) break;
  }
  return seen === 0 ? null : framed / seen >= MOST;
}

function beginsX86(bytes: Uint8Array): boolean {
  const at = ENDBR64.every((b, i) => bytes[i] === b) ? ENDBR64.length : 0;
  return bytes[at] === PUSH_RBP && MOVES.some((move) => move.every((b, i) => bytes[at + 1 + i] === b));
}

/** stp x29, x30, [sp, #-n]! as the first instruction or the one behind a landing pad. */
function beginsArm(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [0, 4, 8].some((at) => (view.getUint32(at, true) & 0xffc07fff) >>> 0 === 0xa9807bfd);
}
