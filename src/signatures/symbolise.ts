/**
 * Frames under the names of the functions that they are of: by the binary where it is at hand and the same build, by what the trace
 * tells where it is not. Table in, table out; the stacks stay as they are. Pure.
 */
import { type FrameFact, type FrameLookup, fitImage } from '../binary/fit.js';
import type { ProgramImage } from '../binary/image.js';
import { type StackTable, isObjectFile } from '../trace/stacks.js';
import { type Doubt, doubtOf, doubtfulName } from './doubtful.js';
import { baseName, normaliseName, rangeName } from './names.js';

/** What the names of an object's functions rest on. */
export interface ObjectNames {
  /** Path as the tracer printed it. */
  readonly object: string;
  /** `symbols`: all functions have names; `exports`: others are known by range; `other-build`: the file at hand is not that of the trace. */
  readonly source: 'symbols' | 'exports' | 'other-build' | 'trace';
  /** Where there is no binary: what the trace tells. */
  readonly doubt: Doubt;
  readonly image: ProgramImage | null;
  /** Names on its stacks that several functions of it have: static ones of several files. */
  readonly shared: readonly string[];
}

export interface Symbolised {
  readonly table: StackTable;
  /** Of the objects asked for that are on its stacks. */
  readonly objects: readonly ObjectNames[];
}

/**
 * `images`: by object as the tracer printed it, the binary at hand, or null; other objects are left alone. `sized`: the tracer looks
 * at the sizes of functions (perf), so its names are right where it gives any.
 */
export function symbolise(
  table: StackTable,
  images: ReadonlyMap<string, ProgramImage | null>,
  sized: boolean,
): Symbolised {
  const functions = [...table.functions];
  const numbers = new Map(functions.map((name, i) => [name, i]));
  const frameFunction = Int32Array.from(table.frameFunction);
  const rename = (frame: number, name: string): void => {
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, (number = functions.push(name) - 1));
    frameFunction[frame] = number;
  };

  const framesOf = new Map<number, number[]>();
  for (let frame = 0; frame < frameFunction.length; frame++) {
    const frames = framesOf.get(table.frameObject[frame]!);
    if (frames === undefined) framesOf.set(table.frameObject[frame]!, [frame]);
    else frames.push(frame);
  }
  const objects: ObjectNames[] = [];
  table.objects.forEach((object, o) => {
    const frames = framesOf.get(o) ?? [];
    if (!images.has(object) || !isObjectFile(object) || frames.length === 0) return;
    const factOf = (frame: number): FrameFact => ({
      name: table.functions[table.frameFunction[frame]!]!,
      offset: table.frameOffset[frame]!,
      address: table.frameAddress[frame]!,
    });
    const facts = frames.map(factOf);
    const image = images.get(object) ?? null;
    const fit = image === null ? null : fitImage(image, facts);
    const doubt = doubtOf(facts, sized);
    const starts = new Map<string, Set<number>>();
    for (const [i, frame] of frames.entries()) {
      const name =
        fit === null
          ? doubtfulName(facts[i]!, doubt)
          : trueName(facts[i]!, fit, baseName(object.replace(/ \(deleted\)$/, '')));
      if (name !== facts[i]!.name) rename(frame, name);
      if (fit === null) continue;
      const places = placesOf(facts[i]!, fit, image!);
      starts.set(name, new Set([...(starts.get(name) ?? []), ...places]));
    }
    const shared = [...starts].flatMap(([name, places]) => (places.size > 1 ? [name] : []));
    const source = image === null ? 'trace' : fit === null ? 'other-build' : image.complete ? 'symbols' : 'exports';
    objects.push({ object, source, doubt: fit === null ? doubt : 'none', image, shared });
  });
  return { table: { ...table, functions, frameFunction }, objects };
}

/** Where functions of the frame's name start, as far as the frame and the file tell. */
function placesOf(fact: FrameFact, fit: FrameLookup, { table }: ProgramImage): readonly number[] {
  if (fact.offset < 0 && fact.address < 0) return table.starts(fact.name);
  const range = fit(fact);
  return range === 'nowhere' || range === 'code' || range.names.length === 0 ? [] : [range.start];
}

/** The traced name where it is one of the function's own, else the function's first, else its range. */
function trueName(fact: FrameFact, fit: FrameLookup, label: string): string {
  // Inlined functions have no place; debug information told of them.
  if (fact.offset < 0 && fact.address < 0) return fact.name;
  const range = fit(fact);
  if (range === 'nowhere') return '';
  // Stubs of the linkage table are no function of their own.
  if (range === 'code') return fact.name.includes('@plt') ? fact.name : doubtfulName(fact, 'stripped');
  const { names, start } = range;
  if (names.length === 0) return rangeName(label, start);
  const [traced, plain] = [fact.name, normaliseName(fact.name)];
  return names.includes(traced) || names.some((name) => normaliseName(name) === plain) ? traced : names[0]!;
}
