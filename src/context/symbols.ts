/**
 * A symbol is what one system call says of itself: name, variant, kind of descriptor, side of the connection, outcome and
 * size class. Names alone are too coarse to tell functions apart, all of it together is often never seen in learning; so a
 * symbol is seen at seven grains, from `call` to `fine`, and the ladder (ladder.ts) backs off along them.
 */
import { errnoName } from '../trace/errno.js';
import { DESCRIPTOR_KINDS, VARIANTS } from '../trace/kinds.js';

export interface Symbol {
  readonly call: string;
  /** '' or a VARIANTS name. */
  readonly variant: string;
  /** '' when the call takes no descriptor or its kind is not known. */
  readonly kind: string;
  /** Sockets: '<' accepted, '>' connected by the program; '' not known. */
  readonly side: string;
  /** '' success, 'EAGAIN' ..., '0' for a transfer or wait that returned zero (end of file, time-out). */
  readonly outcome: string;
  /** Transfers: '1', 's' below 64, 'm' below 4096, 'l' from there on; '' for everything else. */
  readonly size: string;
}

/** The grains of a symbol, coarse to fine; the position is the index into `Grains`. */
export const CALL = 0; // call#variant
export const BARE = 1; // call#variant=outcome/size: all but what only some tracers tell (kind and side)
export const KIND = 2; // call:kind#variant
export const OUTCOME = 3; // call:kind#variant=outcome
export const SIZED = 4; // call:kind#variant=outcome/size: all but the side, which a trace that began later does not tell
export const SIDE = 5; // call:kind<side>#variant=outcome
export const FINE = 6; // everything
export const GRAINS = 7;

/** The texts of a symbol at each grain. */
export function grainsOf(s: Symbol): string[] {
  const variant = s.variant === '' ? '' : `#${s.variant}`;
  const kind = s.kind === '' ? '' : `:${s.kind}`;
  const outcome = s.outcome === '' ? '' : `=${s.outcome}`;
  const size = s.size === '' ? '' : `/${s.size}`;
  return [
    s.call + variant,
    s.call + variant + outcome + size,
    s.call + kind + variant,
    s.call + kind + variant + outcome,
    s.call + kind + variant + outcome + size,
    s.call + kind + s.side + variant + outcome,
    s.call + kind + s.side + variant + outcome + size,
  ];
}

/** How people read a symbol: `accept4:tcp=EAGAIN`, `futex#wait`. */
export function symbolText(s: Symbol): string {
  return grainsOf(s)[OUTCOME]!;
}

/** One line of the signatures file. */
export function serialiseSymbol(s: Symbol): string {
  return [s.call, s.variant, s.kind, s.side, s.outcome, s.size].join('|');
}

export function parseSymbol(text: string): Symbol {
  const [call = '', variant = '', kind = '', side = '', outcome = '', size = ''] = text.split('|');
  return { call, variant, kind, side, outcome, size };
}

/** Calls whose result 0 has a meaning of its own: end of file, nothing sent, time-out, no child (man pages, section 2). */
const ZERO_SPEAKS = /^(?:read|recv|send|write|pread|pwrite|poll|ppoll|epoll_p?wait|p?select|wait4|waitid|splice)/;
/** Calls whose result is a number of bytes. */
const TRANSFERS = /^(?:read|recv|send|write|pread|pwrite|getdents|splice)/;

/** What of a row makes its symbol, as the columns have it. */
export interface RowCodes {
  readonly call: string;
  readonly variant: number;
  readonly kind: number;
  /** 0 unknown, 1 accepted, 2 connected. */
  readonly side: number;
  readonly errno: number;
  /** SIZE_* class of the result. */
  readonly size: number;
}

const SIDES = ['', '<', '>'];
const SIZES = ['', '0', '1', 's', 'm', 'l'];
export const SIZE_NONE = 0;
export const SIZE_ZERO = 1;

/** Per call name: how its result is to be classed. Bit 0: zero speaks; bit 1: a number of bytes. */
export function resultTraits(call: string): number {
  return (ZERO_SPEAKS.test(call) ? 1 : 0) | (TRANSFERS.test(call) ? 2 : 0);
}

/** Size class of a successful result. */
export function sizeClass(traits: number, result: number): number {
  if (result === 0) return (traits & 1) !== 0 ? SIZE_ZERO : SIZE_NONE;
  if ((traits & 2) === 0 || result < 0) return SIZE_NONE;
  return result === 1 ? 2 : result < 64 ? 3 : result < 4096 ? 4 : 5;
}

export function symbolOf(codes: RowCodes): Symbol {
  const kind = DESCRIPTOR_KINDS[codes.kind] ?? '';
  const failed = codes.errno !== 0;
  return {
    call: codes.call,
    variant: VARIANTS[codes.variant] ?? '',
    kind: kind === 'none' || kind === 'unknown' ? '' : kind,
    side: SIDES[codes.side]!,
    outcome: failed ? errnoName(codes.errno) : codes.size === SIZE_ZERO ? '0' : '',
    size: failed || codes.size <= SIZE_ZERO ? '' : SIZES[codes.size]!,
  };
}

/** Before the first and after the last call of a thread. */
export const EDGE: Symbol = { call: '^', variant: '', kind: '', side: '', outcome: '', size: '' };
