/**
 * Names for the frames of a recording that tells addresses only (perf.data): from the files that the frames lie in, and from the maps that
 * compilers write of the code they make at run time (tools/perf/Documentation/jit-interface.txt of Linux), as perf script does it on the machine of
 * the recording. A file of another build than the recorded one is not used.
 */
import { callSites } from '../binary/call-sites.js';
import { type ProgramImage, tryImage } from '../binary/image.js';
import { ADDRESS_SIGN } from '../formats/perf/data/stacks.js';
import { textWithin } from '../lib/read-within.js';
import type { Message } from '../result.js';
import { NO_PLACE, NO_STACK, type StackTable, StackTableBuilder, isObjectFile } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';

/** A map of a large program has some MB. */
const LARGEST_MAP = 256 * 2 ** 20;
const PERF_MAP = /^\/tmp\/perf-\d+\.map$/;
/** Where no build id tells that a file is the recorded one, so many of the addresses must lie behind calls: by chance it is one in twenty. */
const BEHIND_CALLS = 0.8;

interface Name {
  readonly name: string;
  /** Bytes behind the beginning of the function. */
  readonly offset: number;
}

type Namer = (address: number) => Name | null;

/** The trace with the names that can be had, and what is to be said of files that could not be used. */
export async function nameFrames(trace: Trace): Promise<{ trace: Trace; warnings: Message[] }> {
  const { stacks, columns } = trace;
  if (stacks === null || columns.stack === null) return { trace, warnings: [] };
  const warnings: Message[] = [];
  const namers: (Namer | null)[] = [];
  for (const [number, object] of stacks.objects.entries()) {
    if (PERF_MAP.test(object)) namers.push(await perfMap(object));
    else if (isObjectFile(object)) {
      const addresses = addressesOf(stacks, number);
      namers.push(addresses.length === 0 ? null : await fileNamer(object, addresses, trace.builds, warnings));
    } else namers.push(null);
  }
  const { table, numbers } = renamed(stacks, namers);
  const stack = new Int32Array(new SharedArrayBuffer(columns.stack.byteLength));
  for (let row = 0; row < stack.length; row++) {
    const before = columns.stack[row]!;
    stack[row] = before === NO_STACK ? NO_STACK : numbers[before]!;
  }
  return { trace: { ...trace, stacks: table, columns: { ...columns, stack } }, warnings };
}

/** The same stacks of named frames: several addresses may be of one function, and stacks then the same. */
function renamed(stacks: StackTable, namers: readonly (Namer | null)[]): { table: StackTable; numbers: Int32Array } {
  const builder = new StackTableBuilder();
  const frames = Int32Array.from(stacks.frameFunction, (f, frame) => {
    const given = stacks.functions[f]!;
    const objectNumber = stacks.frameObject[frame]!;
    const object = stacks.objects[objectNumber]!;
    const atRunTime = given.startsWith(ADDRESS_SIGN);
    const address = atRunTime ? Number(`0x${given.slice(ADDRESS_SIGN.length)}`) : stacks.frameAddress[frame]!;
    const found = address === NO_PLACE ? null : (namers[objectNumber]?.(address) ?? null);
    const name = found?.name ?? (atRunTime ? '' : given);
    return builder.frame(name, object, found?.offset ?? stacks.frameOffset[frame], stacks.frameAddress[frame]);
  });
  const numbers = new Int32Array(stacks.prefix.length);
  for (let s = 0; s < numbers.length; s++) {
    const prefix = stacks.prefix[s]!;
    numbers[s] = builder.push(prefix === NO_STACK ? NO_STACK : numbers[prefix]!, frames[stacks.frame[s]!]!);
  }
  return { table: builder.finish(), numbers };
}

function addressesOf({ frameObject, frameAddress }: StackTable, object: number): number[] {
  const found: number[] = [];
  frameObject.forEach((of, frame) => {
    if (of === object && frameAddress[frame] !== NO_PLACE) found.push(frameAddress[frame]!);
  });
  return found;
}

/** `addresses`: places in the file. */
async function fileNamer(
  path: string,
  addresses: readonly number[],
  builds: Trace['builds'],
  warnings: Message[],
): Promise<Namer | null> {
  const image = await tryImage(path);
  if (image === null) return null;
  const placeOf = (address: number): number => {
    const segment = image.elf.segments.find((s) => s.executable && address >= s.offset && address < s.offset + s.size);
    return segment === undefined ? NO_PLACE : address - segment.offset + segment.address;
  };
  const recorded = builds?.get(path) ?? '';
  const places = addresses.map(placeOf);
  const same = recorded !== '' && image.elf.buildId !== '' ? recorded === image.elf.buildId : areCalls(image, places);
  if (!same) {
    warnings.push({ code: 'binary-other-build', args: { path, object: path.slice(path.lastIndexOf('/') + 1) } });
    return null;
  }
  return (address) => {
    const place = placeOf(address);
    const range = place === NO_PLACE ? null : image.table.find(place);
    return range === null || range.names.length === 0 ? null : { name: range.names[0]!, offset: place - range.start };
  };
}

function areCalls({ elf }: ProgramImage, places: readonly number[]): boolean {
  const behind = callSites(elf);
  return behind === null || places.filter((place) => behind(place)).length >= BEHIND_CALLS * places.length;
}

/** `START SIZE name`, a line a function; the later one where two overlap. */
async function perfMap(path: string): Promise<Namer | null> {
  let text: string;
  try {
    text = await textWithin(path, LARGEST_MAP);
  } catch {
    // It is deleted with its program, mostly.
    return null;
  }
  const functions: { readonly start: number; readonly end: number; readonly name: string; readonly line: number }[] =
    [];
  for (const [, start, size, name] of text.matchAll(/^(?:0x)?([0-9a-f]+) (?:0x)?([0-9a-f]+) (.+?)\r?$/gim))
    functions.push({
      start: parseInt(start!, 16),
      end: parseInt(start!, 16) + parseInt(size!, 16),
      name: name!,
      line: functions.length,
    });
  functions.sort((a, b) => a.start - b.start || a.line - b.line);
  return (address) => {
    let [low, high] = [0, functions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (functions[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    const found = functions[low - 1];
    return found === undefined || address >= found.end ? null : { name: found.name, offset: address - found.start };
  };
}
