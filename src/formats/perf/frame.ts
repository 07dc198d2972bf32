/** One frame of a call chain of `perf script`: `14b8b90 uv__stream_io+0x120 (/usr/bin/node)`. */
import { NO_PLACE } from '../../trace/stacks.js';

export interface PerfFrame {
  /** As perf printed it, without its offset; '' for `[unknown]`. */
  readonly name: string;
  /** As perf printed it; 'inlined' for functions that have no frame of their own; '' when not known. */
  readonly object: string;
  /** Bytes behind the beginning of the function; NO_PLACE where perf printed none. */
  readonly offset: number;
  readonly address: number;
}

/** An address in the upper half of a 64-bit address space. */
const KERNEL_ADDRESS = /^f{4}[0-9a-f]{12} /;
/** The kernel and its modules, by the names that perf gives them. */
const KERNEL_OBJECT =
  /^\[(?:kernel|guest\.kernel)[\].]|^\[[a-z0-9_]+\]\.(?:init|exit)|\/vmlinu[xz]|\.ko(?:\.[gx]z|\.zst)?$/;

/** Function and object of a frame; null for frames of the kernel and for what is no frame. */
export function splitFrame(line: string): PerfFrame | null {
  const text = line.trimEnd();
  if (KERNEL_ADDRESS.test(text)) return null;
  const address = /^[0-9a-f]+ /.exec(text);
  // A call chain of LBR records has ` =>` or nothing for an address; other text is a remark.
  if (address === null) return null;
  const rest = text.slice(address[0].length).trimStart();
  const open = objectStart(rest);
  const object = open < 0 ? '' : rest.slice(open + 1, -1);
  if (KERNEL_OBJECT.test(object)) return null;
  const symbol = (open < 0 ? rest : rest.slice(0, open)).trimEnd();
  const plus = /\+0x([0-9a-f]+)$/.exec(symbol);
  const name = plus === null ? symbol : symbol.slice(0, plus.index);
  return {
    name: name === '[unknown]' ? '' : name,
    // `-F +dsoff` puts the offset in the file behind the path.
    object: object === '[unknown]' ? '' : object.replace(/\+0x[0-9a-f]+$/, ''),
    offset: plus === null ? NO_PLACE : parseInt(plus[1]!, 16),
    address: parseInt(address[0], 16),
  };
}

/** Where the last bracketed group starts: names and objects may hold brackets themselves, `f(int) (/memfd:jit (deleted))`. */
function objectStart(text: string): number {
  if (!text.endsWith(')')) return -1;
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ')') depth++;
    else if (text[i] === '(' && --depth === 0) return i === 0 || text[i - 1] === ' ' ? i : -1;
  }
  return -1;
}
