/**
 * Whether an address can stand on a stack: a return address lies right behind a call, the address of a thread that the kernel holds right
 * behind a system call. So addresses from a trace tell whether a binary is the one that ran, and where it was loaded. Pure.
 */
import { EM_386, EM_AARCH64, EM_X86_64, type ElfFile } from './elf.js';

/** Tells of addresses of `elf` whether they lie behind a call; null for machines whose code we cannot read. */
export function callSites(elf: ElfFile): ((address: number) => boolean) | null {
  const behind = elf.machine === EM_AARCH64 ? behindArm64 : behindX86;
  if (![EM_386, EM_X86_64, EM_AARCH64].includes(elf.machine)) return null;
  return (address) =>
    elf.code.some(
      ({ address: start, bytes }) =>
        address > start && address <= start + bytes.length && behind(bytes, address - start),
    );
}

function behindX86(bytes: Uint8Array, at: number): boolean {
  if (bytes[at - 5] === 0xe8) return true;
  // syscall, sysenter, int 0x80.
  const last = (bytes[at - 2]! << 8) | bytes[at - 1]!;
  if (last === 0x0f05 || last === 0x0f34 || last === 0xcd80) return true;
  for (let length = 2; length <= 7 && length <= at; length++) {
    const modrm = bytes[at - length + 1]!;
    // call r/m: FF /2.
    if (
      bytes[at - length] === 0xff &&
      ((modrm >> 3) & 7) === 2 &&
      callLength(modrm, bytes[at - length + 2]!) === length
    )
      return true;
  }
  return false;
}

/** Bytes of `call r/m` by its ModR/M byte, and the SIB byte that may follow (Intel SDM 2, 2.1.5). */
function callLength(modrm: number, sib: number): number {
  const mode = modrm >> 6;
  const memory = modrm & 7;
  if (mode === 3) return 2;
  const withSib = memory === 4 ? 1 : 0;
  if (mode === 0) return 2 + withSib + (memory === 5 || (withSib === 1 && (sib & 7) === 5) ? 4 : 0);
  return 2 + withSib + (mode === 1 ? 1 : 4);
}

function behindArm64(bytes: Uint8Array, at: number): boolean {
  if (at < 4 || at % 4 !== 0) return false;
  const word = (bytes[at - 4]! | (bytes[at - 3]! << 8) | (bytes[at - 2]! << 16) | (bytes[at - 1]! << 24)) >>> 0;
  // bl, blr (also with authentication), svc.
  return word >>> 26 === 0x25 || (word & 0xfefff000) >>> 0 === 0xd63f0000 || (word & 0xffe0001f) >>> 0 === 0xd4000001;
}
