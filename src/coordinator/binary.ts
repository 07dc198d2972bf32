/** Whether a binary is of use for what was learned. Pure. */
import type { Binary } from '../binary/file.js';
import type { Message } from '../result.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { baseName, kindOfName } from '../signatures/names.js';
import type { Trace } from '../trace/table.js';
import { METHODS } from '../methods/registry.js';

/** Whether an incident is of another build than what was learned, where its recording tells (perf.data; perf script --show-mmap-events). */
export function buildWarnings(
  { builds }: Pick<Trace, 'builds'>,
  { symbols = [] }: Pick<SignatureDatabase, 'symbols'>,
): Message[] {
  return [...(builds ?? [])].flatMap(([path, build]): Message[] => {
    const learned = symbols.find(({ object, path: at }) => at === path || object === baseName(path))?.buildId ?? '';
    if (learned === '' || learned === build) return [];
    return [{ code: 'trace-other-build', args: { object: baseName(path), learned, build } }];
  });
}

/** With fewer of the learned functions than this in it, the binary is probably another program's or another build. */
const SHARED = 0.5;

/** What is odd about a binary beside what was learned: stripped, or of another program; or that the method has no use for it. */
export function binaryWarnings(
  binary: Binary,
  { functions, program, symbols }: Pick<SignatureDatabase, 'functions' | 'program' | 'symbols'>,
  method?: string,
): Message[] {
  const { path } = binary;
  if (method !== undefined && METHODS.find((m) => m.name === method)?.usesBinary !== true)
    return [{ code: 'binary-unused', args: { method } }];
  const learned = symbols?.find((s) => s.object === program)?.buildId ?? '';
  if (learned !== '' && binary.buildId !== '' && learned !== binary.buildId)
    return [{ code: 'binary-other-build', args: { path, object: program, learned, build: binary.buildId } }];
  const named = binary.functions.filter((name) => kindOfName(name) === 'name').length;
  if (!binary.complete) return [{ code: 'binary-stripped', args: { path, functions: binary.functions.length, named } }];
  const names = new Set(binary.functions);
  const own = functions.filter((f) => f.object === program);
  const seen = own.filter((f) => names.has(f.name)).length;
  // Functions of modules, and of scripts, are elsewhere in any case.
  if (own.length === 0 || seen >= SHARED * own.length) return [];
  return [{ code: 'binary-differs', args: { path, program, functions: own.length, seen } }];
}
