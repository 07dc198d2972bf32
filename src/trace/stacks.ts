/**
 * Call stacks as a prefix tree (the idea of the Firefox Profiler's stack table): a stack is its caller's stack plus one
 * frame, so a stack costs two integers however deep it is, and equal stacks are equal numbers.
 */
export const NO_STACK = -1;
/** An offset or address that the tracer did not print. */
export const NO_PLACE = -1;

export interface StackTable {
  /** Per stack: the stack of its caller, NO_STACK at the outermost frame. */
  readonly prefix: Int32Array;
  /** Per stack: its innermost frame. */
  readonly frame: Int32Array;
  /** Per frame: index into `functions`. */
  readonly frameFunction: Int32Array;
  /** Per frame: index into `objects`. */
  readonly frameObject: Int32Array;
  /** Per frame: bytes from the beginning of what the tracer named, -1 where it did not say. */
  readonly frameOffset: Float64Array;
  /** Per frame: its address as the tracer printed it (in the file, or in memory), -1 where it did not. Only for object files. */
  readonly frameAddress: Float64Array;
  /** Function names as the tracer printed them, without offsets and addresses; '' when it had none. */
  readonly functions: readonly string[];
  /** Object files (program, libraries, perf maps, `[kernel.kallsyms]`); '' when unknown. */
  readonly objects: readonly string[];
}

/** Interns frames and stacks. Parsers feed it outermost frame first. */
export class StackTableBuilder {
  private prefixes: number[] = [];
  private frames: number[] = [];
  private children = new Map<number, number>();
  private frameFunctions: number[] = [];
  private frameObjects: number[] = [];
  private frameOffsets: number[] = [];
  private frameAddresses: number[] = [];
  /** By function and object, then by place: an address, or an offset as a negative number. */
  private frameKeys = new Map<number, Map<number, number>>();
  private functionNames: string[] = [];
  private functionIndex = new Map<string, number>();
  private objectNames: string[] = [];
  private objectIndex = new Map<string, number>();

  /** Index of a frame, made on first sight. Places are kept of object files only: code made at run time lies here today and there tomorrow. */
  frame(functionName: string, objectName: string, offset = NO_PLACE, address = NO_PLACE): number {
    const f = intern(functionName, this.functionIndex, this.functionNames);
    const o = intern(objectName, this.objectIndex, this.objectNames);
    if (!isObjectFile(objectName)) offset = address = NO_PLACE;
    const key = f * 0x100000 + o;
    let places = this.frameKeys.get(key);
    if (places === undefined) this.frameKeys.set(key, (places = new Map()));
    const place = address === NO_PLACE ? NO_PLACE - 1 - offset : address;
    let frame = places.get(place);
    if (frame === undefined) {
      frame = this.frameFunctions.push(f) - 1;
      this.frameObjects.push(o);
      this.frameOffsets.push(offset);
      this.frameAddresses.push(address);
      places.set(place, frame);
    }
    return frame;
  }

  /** The stack made of `prefix` (its caller's stack, or NO_STACK) and one inner frame. */
  push(prefix: number, frame: number): number {
    const key = (prefix + 1) * 0x1000000 + frame;
    let stack = this.children.get(key);
    if (stack === undefined) {
      stack = this.prefixes.push(prefix) - 1;
      this.frames.push(frame);
      this.children.set(key, stack);
    }
    return stack;
  }

  /** Takes over every stack of `table`; returns its stack numbers here. */
  merge(table: StackTable): Int32Array {
    const frames = Int32Array.from(table.frameFunction, (f, i) =>
      this.frame(
        table.functions[f]!,
        table.objects[table.frameObject[i]!]!,
        table.frameOffset[i]!,
        table.frameAddress[i]!,
      ),
    );
    const map = new Int32Array(table.prefix.length);
    // A caller's stack is always made before the stacks that extend it.
    for (let s = 0; s < map.length; s++) {
      const p = table.prefix[s]!;
      map[s] = this.push(p === NO_STACK ? NO_STACK : map[p]!, frames[table.frame[s]!]!);
    }
    return map;
  }

  get size(): number {
    return this.prefixes.length;
  }

  finish(): StackTable {
    return {
      prefix: sharedInt32(this.prefixes),
      frame: sharedInt32(this.frames),
      frameFunction: sharedInt32(this.frameFunctions),
      frameObject: sharedInt32(this.frameObjects),
      frameOffset: sharedFloat64(this.frameOffsets),
      frameAddress: sharedFloat64(this.frameAddresses),
      functions: this.functionNames,
      objects: this.objectNames,
    };
  }
}

/** A program or library on disk, as against code that a compiler makes at run time, the kernel and what has no file. */
export function isObjectFile(object: string): boolean {
  return object.startsWith('/') && !object.endsWith('.map') && !/\/jitted-\d+-\d+\.so$/.test(object);
}

function intern(text: string, index: Map<string, number>, list: string[]): number {
  let i = index.get(text);
  if (i === undefined) {
    i = list.push(text) - 1;
    index.set(text, i);
  }
  return i;
}

function sharedInt32(values: number[]): Int32Array {
  const out = new Int32Array(new SharedArrayBuffer(values.length * 4));
  out.set(values);
  return out;
}

function sharedFloat64(values: number[]): Float64Array {
  const out = new Float64Array(new SharedArrayBuffer(values.length * 8));
  out.set(values);
  return out;
}
