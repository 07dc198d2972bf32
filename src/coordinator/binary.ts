/** Whether a binary is of use for what was learned. Pure. */
import type { Binary } from '../binary/file.js';
import type { Message } from '../result.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { METHODS } from './methods.js';

/** With fewer of the learned functions than this in it, the binary is probably another program's or another build. */
const SHARED = 0.5;

/** What is odd about a binary beside what was learned: stripped, or of another program; or that the method has no use for it. */
export function binaryWarnings(
  binary: Binary,
  { functions, program }: Pick<SignatureDatabase, 'functions' | 'program'>,
  method?: string,
): Message[] {
  const { path } = binary;
  if (method !== undefined && METHODS.find((m) => m.name === method)?.usesBinary !== true)
    return [{ code: 'binary-unused', args: { method } }];
  if (!binary.hasSymbolTable) return [{ code: 'binary-stripped', args: { path, functions: binary.functions.length } }];
  const names = new Set(binary.functions);
  const own = functions.filter((f) => f.object === program);
  const seen = own.filter((f) => names.has(f.name)).length;
  // Functions of modules, and of scripts, are elsewhere in any case.
  if (own.length === 0 || seen >= SHARED * own.length) return [];
  return [{ code: 'binary-differs', args: { path, program, functions: own.length, seen } }];
}
