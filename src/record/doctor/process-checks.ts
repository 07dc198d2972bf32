/** What can be known of the functions of a process: its file, symbols, frame pointers, and whether signatures are of this build. */
import { readFile, readlink } from 'node:fs/promises';
import { findDebugSymbols } from '../../binary/debug-files.js';
import { codeRanges } from '../../binary/eh-frame.js';
import type { ElfFile } from '../../binary/elf.js';
import { functionTable } from '../../binary/function-table.js';
import { readElfFile } from '../../binary/read-elf.js';
import { PerfscopeError } from '../../errors.js';
import type { SignatureDatabase } from '../../signatures/database.js';
import type { Check } from './checks.js';
import { keepsFramePointers } from './frame-pointers.js';

/** @throws PerfscopeError 'record' where there is no such process */
export async function processChecks(pid: number, signatures: SignatureDatabase | null): Promise<Check[]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  if (status === null) throw new PerfscopeError('record', `there is no process ${pid}`, {}, 'ps -e lists them.');
  const exe = `/proc/${pid}/exe`;
  const path = await readlink(exe).catch(() => null);
  if (path === null)
    return [
      ...tracedCheck(status),
      {
        id: 'program',
        state: 'no',
        what: `the file of process ${pid} may not be looked at`,
        remedy: 'Run it as root.',
      },
    ];
  const elf = await readElfFile(exe);
  const program: Check = {
    id: 'program',
    state: 'ok',
    what: `${path}, build id ${elf.buildId || 'missing'}`,
    remedy: '',
  };
  const symbols = await symbolChecks(elf, exe, path);
  return [
    ...tracedCheck(status),
    program,
    ...symbols,
    ...(signatures === null ? [] : [buildCheck(elf, path, signatures)]),
  ];
}

/** A process has one tracer at a time. */
function tracedCheck(status: string): Check[] {
  const tracer = Number(/^TracerPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  if (tracer === 0) return [];
  const what = `process ${tracer} traces it: strace cannot attach, perf can`;
  return [{ id: 'traced', state: 'limited', what, remedy: 'End that strace or debugger.' }];
}

async function symbolChecks(elf: ElfFile, exe: string, path: string): Promise<Check[]> {
  const debug = elf.hasSymbolTable ? null : await findDebugSymbols(elf, path);
  const table = functionTable(elf, debug?.functions ?? [], exe);
  const frames = keepsFramePointers(elf, table);
  return [
    symbolCheck(elf, debug?.path ?? null, codeRanges(elf, exe).length),
    frames === false
      ? {
          id: 'frame pointers',
          state: 'limited',
          what: 'none: perf record -g would see no callers',
          remedy: 'record --learn does not need them; to have them, compile with -fno-omit-frame-pointer.',
        }
      : {
          id: 'frame pointers',
          state: frames === null ? 'limited' : 'ok',
          what: frames === null ? 'not known for this machine' : 'the program keeps them',
          remedy: '',
        },
  ];
}

function symbolCheck(elf: ElfFile, debug: string | null, ranges: number): Check {
  const id = 'symbols';
  if (elf.hasSymbolTable) return { id, state: 'ok', what: 'in the file itself', remedy: '' };
  if (debug !== null) return { id, state: 'ok', what: `stripped; they are in ${debug}`, remedy: '' };
  const what = `stripped; of ${ranges} functions only those that it exports have names`;
  const fetch = elf.buildId === '' ? '' : `, or debuginfod-find debuginfo ${elf.buildId}`;
  return {
    id,
    state: 'limited',
    what,
    remedy: `Install the package with its debug symbols (-dbgsym, -debuginfo)${fetch}.`,
  };
}

function buildCheck(elf: ElfFile, path: string, signatures: SignatureDatabase): Check {
  const id = 'signatures';
  const object = path.replace(/ \(deleted\)$/, '').replace(/^.*\//, '');
  const learned = signatures.symbols?.find((s) => s.object === object)?.buildId ?? '';
  if (learned === '' || elf.buildId === '') {
    const what = `of ${signatures.program}; whether they are of this build is not known`;
    return { id, state: 'limited', what, remedy: 'Learn them again where the file of the program is at hand.' };
  }
  if (learned === elf.buildId)
    return { id, state: 'ok', what: `of ${signatures.program}, of this very build`, remedy: '' };
  return {
    id,
    state: 'no',
    what: `of another build (${learned})`,
    remedy: 'Learn them again with the build that runs here.',
  };
}
