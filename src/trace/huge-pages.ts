/**
 * Large columns in huge pages (madvise(2), MADV_HUGEPAGE). The columns of a gigabyte of text are a hundred thousand pages of 4 KB, each
 * of which is touched for the first time once: a page fault apiece, which in a virtual machine can cost as much as reading
 * the text. Where the kernel gives huge pages to those that ask (Debian's and Ubuntu's kernels say `madvise`), we ask. It is
 * only ever advice: without Linux, without koffi or without the kernel's consent nothing is different but the time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';

/** Which processes the kernel gives huge pages to: `always [madvise] never`. */
const POLICY = '/sys/kernel/mm/transparent_hugepage/enabled';
/** madvise(2), linux/mman.h. */
const MADV_HUGEPAGE = 14;
const PAGE = 4096n;
/**
 * Arrays from this size on are worth the call, bytes: it saves 2,000 page faults, at 5 to 15 us each (measured), and loading
 * koffi costs 20 ms.
 */
export const WORTH_HUGE_PAGES = 8 * 1024 * 1024;

/** As much of koffi as is used here. */
interface Koffi {
  address(view: ArrayBufferView): bigint;
  load(library: null): { func(signature: string): (address: bigint, length: bigint, advice: number) => number };
}

type Advise = (view: ArrayBufferView, length: number) => void;

/** undefined: not tried yet; null: not to be had. */
let advise: Advise | null | undefined;

/** Gives the array back, advised if that is worth it. It should not have been written to. */
export function inHugePages<View extends ArrayBufferView>(view: View): View {
  if (view.byteLength >= WORTH_HUGE_PAGES) adviseHugePages(view, view.byteLength);
  return view;
}

/** The same for the `length` bytes reserved from the start of `view` on, of which it may see a part only. */
export function adviseHugePages(view: ArrayBufferView, length: number): void {
  if (advise === undefined) advise = loadAdvise();
  advise?.(view, length);
}

function loadAdvise(): Advise | null {
  if (process.platform !== 'linux') return null;
  try {
    if (!readFileSync(POLICY, 'utf8').includes('[madvise]')) return null;
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const madvise = koffi.load(null).func('int madvise(void *address, size_t length, int advice)');
    return (view, length) => {
      const begin = koffi.address(view);
      // Whole pages only.
      const from = ((begin + PAGE - 1n) / PAGE) * PAGE;
      const to = ((begin + BigInt(length)) / PAGE) * PAGE;
      if (to > from) madvise(from, to - from, MADV_HUGEPAGE);
    };
  } catch {
    return null;
  }
}
