// Large traces out of a shipped one: copies of its processes side by side, each with pids of its own and moved a little in
// time, as a host looks that runs many instances of one server. As strace text, and the same events as perf script text and CSV.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dist = (file) => import(path.join(ROOT, 'dist', 'src', file));
export const BUGS = path.join(ROOT, 'datasets', 'bugs');
export const KINDS = ['strace', 'perf', 'csv', 'strace-k'];

/** Copies begin so far apart: an incident of one instance is one of all. */
const APART_NS = 7_301_000;
/** Records are put in order slice by slice. */
const SLICE_NS = 5e6;
const FLUSH_CHARACTERS = 4e6;
/** Place of the time in a record's pieces; numbers are pids. */
const TIME = Symbol('time');

/**
 * Writes about `bytes` of text: as many whole copies as come nearest, one at least; or `copies` of them.
 * @param {string} file
 * @param {{ kind: 'strace' | 'perf' | 'csv' | 'strace-k', id: string, bytes?: number, copies?: number }} what `id`: name of the case
 * @returns {Promise<{ bytes: number, lines: number, copies: number, hash: string }>} `hash`: of the text
 */
export async function multiply(file, { kind, id, bytes, copies: asked }) {
  const base = await (kind === 'perf' || kind === 'csv' ? eventsOf(id, kind) : linesOf(id, kind));
  const copies = asked ?? Math.max(1, Math.round(bytes / base.bytes));
  const made = { bytes: 0, lines: 0, copies, hash: createHash('sha256') };
  const out = openSync(file, 'w');
  const put = (text) => {
    const data = Buffer.from(text, 'latin1');
    made.hash.update(data);
    made.bytes += writeSync(out, data);
  };
  let text = base.header;
  for (const { ns, copy, record } of inOrder(base.records, copies)) {
    for (const piece of record.pieces) {
      if (typeof piece === 'string') text += piece;
      else if (piece === TIME) text += timeText(ns, base);
      else text += piece + copy * base.pidStep;
    }
    made.lines += record.lines;
    if (text.length > FLUSH_CHARACTERS) {
      put(text);
      text = '';
    }
  }
  put(text);
  closeSync(out);
  return { ...made, hash: made.hash.digest('hex').slice(0, 12) };
}

/** Records of all copies in the order of their times; `records` are in theirs. */
export function* inOrder(records, copies) {
  const next = new Uint32Array(copies);
  for (let end = records[0].ns + SLICE_NS, left = copies; left > 0; end += SLICE_NS) {
    const slice = [];
    left = 0;
    for (let k = 0; k < copies; k++) {
      for (; next[k] < records.length; next[k]++) {
        const ns = records[next[k]].ns + k * APART_NS;
        if (ns >= end) break;
        slice.push({ ns, copy: k, record: records[next[k]] });
      }
      if (next[k] < records.length) left++;
    }
    yield* slice.sort((a, b) => a.ns - b.ns);
  }
}

function timeText(ns, { second, digits }) {
  const whole = Math.floor(ns / 1e9);
  const fraction = String(ns - whole * 1e9).padStart(9, '0');
  return `${second + whole}.${digits === 9 ? fraction : fraction.slice(0, digits)}`;
}

const incidentOf = (id) =>
  path.join(
    BUGS,
    id,
    readdirSync(path.join(BUGS, id)).find((f) => f.startsWith('incident')),
  );

/** Lines of calls that tell or take a pid. */
const PIDS_IN = /clone|fork|wait|kill|gettid|getpid|set_tid_address|SIG|sched_/;

/** The lines of a recording of strace -f, each with the stack below it. */
function linesOf(id, kind) {
  const folder = path.join(BUGS, id);
  const profile = readdirSync(folder).find((f) => /^profile.*strace-k/.test(f));
  const source = kind === 'strace' ? incidentOf(id) : path.join(folder, profile);
  const whole = gunzipSync(readFileSync(source)).toString('latin1');
  const lines = whole.split('\n');
  // What strace had begun to write when it was ended.
  if (lines.at(-1) !== '') lines.push(`${lines.pop()} <unfinished ...>`);
  const pids = new Set(lines.map((line) => Number(/^\d+/.exec(line)?.[0])));
  pids.delete(NaN);
  const records = [];
  let second = null;
  for (const line of lines) {
    const [, pid, gap, s, fraction, rest] = /^(\d+)( +)(\d+)\.(\d{6})( .*)$/.exec(line) ?? [];
    if (pid !== undefined) {
      second ??= Number(s);
      const parts = PIDS_IN.test(rest) ? withPids(`${rest}\n`, pids) : [`${rest}\n`];
      const ns = (Number(s) - second) * 1e9 + Number(fraction) * 1e3;
      records.push({ ns, pieces: [Number(pid), gap, TIME, ...parts], lines: 1 });
    } else if (line !== '') {
      records.at(-1).pieces.push(`${line}\n`);
      records.at(-1).lines++;
    }
  }
  return { records, second, digits: 6, bytes: whole.length, header: '', pidStep: stepOf(pids) };
}

function withPids(text, pids) {
  return text.split(/\b(\d+)\b/).map((part, i) => (i % 2 === 1 && pids.has(Number(part)) ? Number(part) : part));
}

/** Copies have pids so far apart. */
export const stepOf = (pids) => Math.max(...pids) - Math.min(...pids) + 1;

/** The incident of a case as perfscope reads it. */
export async function incidentTrace(id) {
  const { readTrace } = await dist('reading/ingest.js');
  const { createPool } = await dist('pool/pool.js');
  const pool = createPool({ jobs: 1 });
  const { trace } = await readTrace([incidentOf(id)], { pool });
  await pool.close();
  return trace;
}

/** What the kernel returned to row `i`, and whether it did. */
export const returnValue = ({ errno, result }, i) => (errno[i] > 0 && errno[i] < 200 ? -errno[i] : result[i]);
export const hasReturned = ({ flags }, i) => (flags[i] & 1) === 0;

/** The events of an incident as perf script prints raw_syscalls:*, or as CSV. */
async function eventsOf(id, kind) {
  const { architectureCalls } = await dist('formats/syscalls/index.js');
  const trace = await incidentTrace(id);
  const numberOf = new Map(architectureCalls('x86-64').map((name, number) => [name, number]));
  const numbers = trace.calls.map((name) => numberOf.get(name) ?? 0);
  const { start, duration, call, thread, descriptor } = trace.columns;
  const records = [];
  const second = trace.origin.seconds;
  for (let i = 0; i < trace.length; i++) {
    const { pid, tid, name } = trace.threads[thread[i]];
    const comm = name === '' ? 'server' : name.replace(/\W/g, '_');
    const ns = trace.origin.nanoseconds + start[i];
    const ret = returnValue(trace.columns, i);
    const returned = hasReturned(trace.columns, i);
    if (kind === 'csv') {
      const ended = returned ? `${ret},${duration[i]}` : ',';
      const fd = descriptor[i] < 0 ? '' : descriptor[i];
      records.push({ ns, pieces: [TIME, ',', pid, ',', tid, `,${trace.calls[call[i]]},${fd},${ended}\n`], lines: 1 });
      continue;
    }
    const head = [`${comm.padStart(16)}  `, pid, '/', tid, ` [000] `, TIME];
    const first = (descriptor[i] < 0 ? 0 : descriptor[i]).toString(16);
    const entry = `: raw_syscalls:sys_enter: NR ${numbers[call[i]]} (${first}, 7ffc2e5a1b40, 4002, 0, 0, 0)\n`;
    records.push({ ns, pieces: [...head, entry], lines: 1 });
    if (!returned) continue;
    const exit = `:  raw_syscalls:sys_exit: NR ${numbers[call[i]]} = ${ret}\n`;
    records.push({ ns: ns + duration[i], pieces: [...head, exit], lines: 1 });
  }
  records.sort((a, b) => a.ns - b.ns);
  const header = kind === 'csv' ? 'ts,pid,tid,syscall,fd,ret,dur_ns\n' : '';
  const length = ({ pieces }) => pieces.reduce((sum, p) => sum + (p === TIME ? 20 : String(p).length), 0);
  const bytes = records.reduce((sum, r) => sum + length(r), 0);
  const pids = trace.threads.flatMap(({ pid, tid }) => [pid, tid]);
  return { records, second, digits: 9, bytes, header, pidStep: stepOf(pids) };
}
