/** `[4711] read(...`, as tracers in Python and Rust print threads (python-ptrace, lurk), also behind their time, which strace has behind the thread. strace -n prints numbers of calls so. */
import { isRecord } from './known-lines.js';
import type { Mark } from './mark.js';

const BRACKETED =
  /^(?:\[?(?:\d{4}-\d\d-\d\d[T ])?((?:\d\d:\d\d:\d\d|\d{1,10}\.)(?:\.?\d+)?)Z?\]?:? )?\[ *(\d{1,7})\] (?=(?:([a-z_]\w*)\(|<\.\.\. |\+\+\+ |--- ))/;

export const BRACKETED_THREADS: Mark = {
  id: 'bracketed-threads',
  what: 'brackets round threads',
  /** Of most numbers that come again several calls: each call has its own number. */
  sign: (lines) => {
    const names = new Map<string, string[]>();
    for (const line of lines) {
      const [, , tid, name] = BRACKETED.exec(line) ?? [];
      if (tid === undefined) {
        if (isRecord(line)) return false;
      } else if (name !== undefined) names.set(tid, [...(names.get(tid) ?? []), name]);
    }
    const again = [...names.values()].filter((calls) => calls.length > 1);
    return again.filter((calls) => new Set(calls).size > 1).length * 2 > again.length;
  },
  undo: (line) =>
    line.replace(
      BRACKETED,
      (_, time: string | undefined, tid: string) => `[pid ${tid}] ${time === undefined ? '' : `${time} `}`,
    ),
};
