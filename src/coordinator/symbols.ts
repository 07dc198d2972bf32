/** True names for the stacks of learning runs: binaries and files of symbols are sought, and what they tell is put in. */
import { debugPackage } from '../binary/packages.js';
import { type ProgramImage, tryImage } from '../binary/image.js';
import type { Message } from '../result.js';
import type { LearnedSymbols } from '../signatures/database.js';
import { callsByStack } from '../signatures/learn.js';
import { baseName, normaliseName } from '../signatures/names.js';
import { type OwnCodeOptions, findOwnCode } from '../signatures/own-code.js';
import { lastingPrograms } from '../signatures/lasting.js';
import { underStartedNames } from '../signatures/started-as.js';
import { type ObjectNames, symbolise } from '../signatures/symbolise.js';
import type { Trace } from '../trace/table.js';

export interface SymbolOptions extends OwnCodeOptions {
  /** The program's own binary. */
  readonly binary?: ProgramImage | undefined;
  /** Folders with separate files of symbols. */
  readonly debugFiles?: readonly string[] | undefined;
  /** Whether files are looked for where the traces say that they lie. */
  readonly localFiles?: boolean | undefined;
}

export interface NamedTraces {
  readonly traces: readonly Trace[];
  /** Base name of the program, '' where no stack tells. */
  readonly program: string;
  /** What the names of the program's own objects rest on. */
  readonly symbols: readonly LearnedSymbols[];
  readonly warnings: readonly Message[];
}

/** Throws `program-mismatch` when `options.program` is on no stack. */
export async function nameFunctions(recorded: readonly Trace[], options: SymbolOptions): Promise<NamedTraces> {
  const { traces, printed } = underStartedNames(recorded);
  const withStacks = traces.filter((t) => t.stacks !== null && t.stacks.prefix.length > 0);
  if (withStacks.length === 0) return { traces, program: '', symbols: [], warnings: [] };
  const own = findOwnCode(
    withStacks.map((t) => ({ table: t.stacks!, calls: callsByStack(t), lasting: lastingPrograms(t) })),
    options,
  );
  const objects = new Set(withStacks.flatMap((t) => t.stacks!.objects).filter((object) => own.ownsObject(object)));
  const images = new Map<string, ProgramImage | null>();
  const builds = new Map(recorded.flatMap((trace) => [...(trace.builds ?? [])]));
  const warnings: Message[] = [];
  for (const object of objects) {
    const path = printed.get(object) ?? object;
    const given = object === own.program ? options.binary : undefined;
    const sought = options.localFiles === true && !path.endsWith(' (deleted)');
    const image = given ?? (sought ? await tryImage(path, options.debugFiles) : null);
    const other =
      image !== null && image.elf.buildId !== '' && builds.has(path) && builds.get(path) !== image.elf.buildId;
    images.set(object, other ? null : image);
    if (other) warnings.push({ code: 'binary-other-build', args: { path: image.path, object: baseName(path) } });
  }
  const found = new Map<string, ObjectNames>();
  const shared = new Map<string, Set<string>>();
  const named = traces.map((trace): Trace => {
    if (trace.stacks === null) return trace;
    const done = symbolise(trace.stacks, images, !trace.format.startsWith('strace'));
    for (const names of done.objects) {
      shared.set(names.object, new Set([...(shared.get(names.object) ?? []), ...names.shared]));
      const before = found.get(names.object);
      if (before === undefined || certainty(names) < certainty(before)) found.set(names.object, names);
    }
    return { ...trace, stacks: done.table };
  });
  const symbols: LearnedSymbols[] = [];
  for (const names of [...found.values()].sort((a, b) => (a.object < b.object ? -1 : 1))) {
    const path = printed.get(names.object) ?? names.object;
    const of = [...shared.get(names.object)!].map(normaliseName).sort();
    symbols.push({
      ...(await learnedSymbols(names, path, builds.get(path) ?? '')),
      ...(of.length === 0 ? {} : { shared: of }),
    });
    if (names.source === 'other-build')
      warnings.push({ code: 'binary-other-build', args: { path: names.image!.path, object: baseName(path) } });
  }
  return { traces: named, program: fileName(own.program), symbols, warnings };
}

function fileName(object: string): string {
  return baseName(object.replace(/ \(deleted\)$/, ''));
}

/** Several traces may be of several builds: what holds for all is told. */
function certainty({ source, doubt }: ObjectNames): number {
  if (source === 'symbols') return 3;
  if (source === 'exports') return 2;
  return doubt === 'none' ? 3 : 0;
}

/** `build`: what the recording says of the file. */
async function learnedSymbols(
  { object, source, doubt, image }: ObjectNames,
  path: string,
  build: string,
): Promise<LearnedSymbols> {
  const known = source === 'symbols' || source === 'exports';
  return {
    object: fileName(object),
    path,
    names: known ? source : doubt === 'none' ? 'traced' : 'unchecked',
    buildId: known ? image!.elf.buildId : build,
    package: source === 'exports' ? await debugPackage(path) : '',
  };
}
