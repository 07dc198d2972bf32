/** Records of the kernel that tell of processes. Format: enum perf_event_type in include/uapi/linux/perf_event.h of Linux. */
import { MISC_COMM_EXEC, MISC_MMAP_BUILD_ID, RECORD } from './layout.js';
import { utf8 } from './fields.js';
import type { ProcessRecord } from './processes.js';

const PROT_EXEC = 4;
const MAP_HUGETLB = 0x40000;
const LONGEST_PATH = 4096;
const LONGEST_BUILD = 20;

/** What the record tells; null for records of other things. Build ids go into `builds`. */
export function processRecord(
  type: number,
  misc: number,
  w: Int32Array,
  at: number,
  words: number,
  bytes: Uint8Array,
  byteAt: number,
  little: boolean,
  builds: Map<string, string>,
): ProcessRecord | null {
  const end = byteAt + words * 4;
  const number = (word: number) =>
    (w[little ? word + 1 : word] >>> 0) * 0x100000000 + (w[little ? word : word + 1] >>> 0);
  switch (type) {
    case RECORD.COMM: {
      if (words < 6) return null;
      const name = textAt(bytes, byteAt + 16, end);
      return { what: 'name', pid: w[at + 2], tid: w[at + 3], name, executed: (misc & MISC_COMM_EXEC) !== 0 };
    }
    case RECORD.FORK:
    case RECORD.EXIT: {
      if (words < 6) return null;
      const [pid, parentPid, tid, parentTid] = [w[at + 2], w[at + 3], w[at + 4], w[at + 5]];
      if (type === RECORD.EXIT) return { what: 'exit', pid, tid };
      return { what: 'fork', pid, tid, parentPid, parentTid };
    }
    case RECORD.MMAP:
    case RECORD.MMAP2: {
      const head = type === RECORD.MMAP ? 10 : 18;
      if (words < head + 2 || w[at + 2] < 0) return null;
      const begin = number(at + 4);
      const [length, offset] = [number(at + 6), number(at + 8)];
      const file = textAt(bytes, byteAt + head * 4, end);
      let [protection, flags] = [PROT_EXEC, 0];
      if (type === RECORD.MMAP2) {
        [protection, flags] = [w[at + 16], w[at + 17]];
        if ((misc & MISC_MMAP_BUILD_ID) !== 0 && file.startsWith('/')) {
          const from = byteAt + 44;
          const size = Math.min(bytes[byteAt + 40]!, LONGEST_BUILD);
          builds.set(file, Buffer.from(bytes.subarray(from, from + size)).toString('hex'));
        }
      }
      if ((protection & PROT_EXEC) === 0) return null;
      const pid = w[at + 2];
      const path = isCodeMadeAtRunTime(file, flags) ? `/tmp/perf-${pid}.map` : file;
      return { what: 'mapping', pid, tid: pid, mapping: { begin, end: begin + length, offset, path } };
    }
    default:
      return null;
  }
}

/** As perf has it (map__new() in tools/perf/util/map.c): such code is named by the map that its compiler writes. */
function isCodeMadeAtRunTime(file: string, flags: number): boolean {
  if ((flags & MAP_HUGETLB) !== 0 || file === '//anon') return true;
  return /^(?:\/dev\/zero|\/anon_hugepage|\/\/stack|\/SYSV|\[stack|\[heap\])/.test(file);
}

function textAt(bytes: Uint8Array, from: number, end: number): string {
  let to = from;
  while (to < end && to - from < LONGEST_PATH && bytes[to] !== 0) to++;
  return utf8(bytes.subarray(from, to));
}
