/**
 * Whether a binary is the one that a trace was recorded of, and which of its functions a frame is of. strace -k prints the place of an
 * address in the file, perf script that or the place in memory; the loader moves files by whole pages. So the names that the tracer
 * printed, with their offsets, tell by how much (for each process that was started another distance), and that it is the same
 * build: in another one the distances are no pages. Without such names the machine code decides (call-sites.ts). Pure.
 */
import { normaliseName } from '../signatures/names.js';
import { callSites } from './call-sites.js';
import type { FunctionRange } from './function-table.js';
import type { ProgramImage } from './image.js';

/** What a trace says of a frame; NO_PLACE (-1) for what it does not. */
export interface FrameFact {
  readonly name: string;
  readonly offset: number;
  readonly address: number;
}

const PAGE = 4096;
/** Of the frames with known names, those that may contradict: a file's symbols may share a name. */
const CONTRADICTIONS = 0.05;
/** Of the addresses, those that must lie behind a call where no names tell. By chance it is one in twenty or so. */
const BEHIND_CALLS = 0.8;
/** Fewer addresses than this tell nothing of where a file was loaded. */
const FEWEST = 5;

/** The function of a frame; 'code' where it lies in code of which no table tells, 'nowhere' where no code is: an unwinder lost its way. */
export type FrameLookup = (fact: FrameFact) => FunctionRange | 'code' | 'nowhere';

/** Null: the file is another build (or another program) than the one of the trace. */
export function fitImage(image: ProgramImage, facts: readonly FrameFact[]): FrameLookup | null {
  const starts = nameLookup(image);
  const distances = new Map<number, number>();
  let [agree, contradict] = [0, 0];
  for (const { name, offset, address } of facts) {
    const known = name === '' ? [] : starts(name);
    if (known.length === 0) {
      // A file with all names has this one too, if it is the right one. (Inlined functions have no place, and no symbol.)
      if (name !== '' && address >= 0 && image.complete && !name.includes('@plt')) contradict++;
      continue;
    }
    const distance = offset < 0 ? containing(image, name, known, address) : pageDistance(known, offset, address);
    if (distance === null) contradict++;
    else if (distance !== undefined) {
      agree++;
      distances.set(distance, (distances.get(distance) ?? 0) + 1);
    }
  }
  if (contradict > CONTRADICTIONS * (agree + contradict)) return null;
  const addresses = [...new Set(facts.map((f) => f.address).filter((address) => address >= 0))];
  const loaded = agree > 0 ? [...distances.keys()] : distancesByCode(image, addresses);
  if (loaded === null) return null;
  return (fact) => {
    const places = placesOf(fact, starts, loaded).filter((place) => inCode(image, place));
    // A signal's handler has been called by nobody: its frame begins with the function, and nothing may lie before it.
    const rangeOf = (place: number) => image.table.find(place - 1) ?? image.table.find(place);
    const found = [...new Set(places.map(rangeOf))].filter((range) => range !== null);
    return found.length === 1 ? found[0]! : places.length === 0 ? 'nowhere' : 'code';
  };
}

/** Addresses in the file that the frame may be of. */
function placesOf({ name, offset, address }: FrameFact, starts: Starts, loaded: readonly number[]): number[] {
  const known = name === '' || offset < 0 ? [] : starts(name);
  if (known.length === 1) return [known[0]! + offset];
  if (address < 0) return known.map((start) => start + offset);
  const places = loaded.map((distance) => address - distance);
  return known.length === 0
    ? places
    : places.filter((place) => known.some((start) => Math.abs(place - offset - start) <= 1));
}

function inCode({ elf }: ProgramImage, place: number): boolean {
  return elf.code.some((c) => place > c.address && place <= c.address + c.bytes.length);
}

type Starts = (name: string) => readonly number[];

/** Where the functions of a name begin, also of a name that the tracer demangled. */
function nameLookup({ table }: ProgramImage): Starts {
  let byNormalised: Map<string, number[]> | null = null;
  const normalised = () => {
    const map = new Map<string, number[]>();
    for (const { start, names } of table.ranges) {
      for (const name of new Set(names.map(normaliseName))) {
        const known = map.get(name);
        if (known === undefined) map.set(name, [start]);
        else known.push(start);
      }
    }
    return map;
  };
  return (name) => {
    const exact = table.starts(name);
    if (exact.length > 0 || /^[\w$]+$/.test(name)) return exact;
    byNormalised ??= normalised();
    return byNormalised.get(normaliseName(name)) ?? [];
  };
}

/** How far the file was moved: pages; null when by something else, undefined when the frame does not tell. */
function pageDistance(starts: readonly number[], offset: number, address: number): number | null | undefined {
  if (address < 0) return undefined;
  const moved: number[] = [];
  for (const start of starts) {
    const distance = address - start - offset;
    const pages = Math.round(distance / PAGE) * PAGE;
    // Some unwinders take 1 off a return address for its name, and print it as it is.
    if (Math.abs(distance - pages) <= 1) moved.push(pages);
  }
  if (moved.length === 0) return null;
  return moved.reduce((a, b) => (Math.abs(a) <= Math.abs(b) ? a : b));
}

/** The same without an offset: only a file that was not moved tells anything. */
function containing(image: ProgramImage, name: string, starts: readonly number[], address: number): number | undefined {
  const range = address < 0 ? null : image.table.find(address - 1);
  return range !== null && (range.names.includes(name) || starts.includes(range.start)) ? 0 : undefined;
}

/** Distances at which nearly all addresses lie behind calls; null for none. */
function distancesByCode({ elf }: ProgramImage, addresses: readonly number[]): number[] | null {
  const behind = callSites(elf);
  const asPrinted = [0, ...elf.segments.filter((s) => s.executable).map((s) => s.offset - s.address)];
  if (behind === null || addresses.length === 0) return asPrinted.slice(0, 1);
  // perf takes 1 off the addresses of callers.
  const fits = (group: readonly number[], distance: number) =>
    group.filter((a) => behind(a - distance) || behind(a - distance + 1)).length >= BEHIND_CALLS * group.length;
  const found: number[] = [];
  const last = Math.max(...elf.code.map((c) => c.address + c.bytes.length));
  for (const group of neighbours(addresses, last)) {
    const printed = asPrinted.find((distance) => fits(group, distance));
    const moved =
      printed ?? (group.length < FEWEST ? undefined : pagesBetween(elf.code, group).find((d) => fits(group, d)));
    if (moved !== undefined) found.push(moved);
  }
  return found.length === 0 ? null : found;
}

/** Addresses that may lie in one mapping of a file of `span` bytes. */
function neighbours(addresses: readonly number[], span: number): number[][] {
  const groups: number[][] = [];
  for (const address of [...addresses].sort((a, b) => a - b)) {
    const group = groups.at(-1);
    if (group !== undefined && address - group[0]! <= span) group.push(address);
    else groups.push([address]);
  }
  return groups;
}

/** All distances in pages at which the whole group lies in the code. */
function pagesBetween(code: readonly { address: number; bytes: Uint8Array }[], group: readonly number[]): number[] {
  const first = Math.min(...code.map((c) => c.address));
  const last = Math.max(...code.map((c) => c.address + c.bytes.length));
  const from = Math.ceil((group.at(-1)! - last) / PAGE) * PAGE;
  const pages = Math.floor((group[0]! - first - from) / PAGE) + 1;
  return Array.from({ length: Math.max(0, pages) }, (_, i) => from + i * PAGE);
}
