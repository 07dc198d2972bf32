/** `perfscope explain`: the evidence that a result holds. */
import { PerfscopeError } from '../../errors.js';
import { explanation } from '../../report/explanation.js';
import type { ResultDocument, Suspect } from '../../result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { nearest } from '../near.js';
import { readDocument } from '../read-document.js';

export const explainCommand: Command = {
  positionals: {
    result: { describe: 'JSON that `analyze --format json=FILE` or `batch` wrote; - for stdin', demandOption: true },
    suspect: { describe: 'Name of a function, or a part of it that no other has, or its place (1, 2, ...)' },
  },
  options: {
    top: {
      type: 'number',
      default: 3,
      requiresArg: true,
      group: 'Explanation',
      describe: 'Suspects explained where none is named',
    },
  },
  examples: [
    ['perfscope explain result.json', 'the first three suspects'],
    ['perfscope explain result.json dns_resolve_recv', 'one of them'],
    ['perfscope explain results/results/ID.json 2', 'of an incident of a batch, by its place'],
  ],

  async run(argv, io) {
    const path = argv.result as string;
    const document = await readDocument(path);
    if (document.kind !== 'result') {
      const advice = 'perfscope compare shows what moved between two evaluations.';
      throw new PerfscopeError(
        'input-format',
        'this is the document of an evaluation, not of one incident',
        { path },
        advice,
      );
    }
    const { value } = document;
    const wanted = argv.suspect as string | number | undefined;
    if (value.suspects.length === 0) {
      const say = wanted === undefined ? '' : `: there is no ${String(wanted)} among them`;
      throw new PerfscopeError('input-format', `the result has no suspects${say}`, { path }, NO_SUSPECTS);
    }
    const suspects =
      wanted === undefined ? value.suspects.slice(0, argv.top as number) : [suspectOf(value, String(wanted))];
    await io.stdout(explanation(value, suspects, io.terminal));
    return EXIT.done;
  },
};

const NO_SUSPECTS =
  'Where signatures or stacks are missing there are no names: --format table or html says what changed (perfscope guide without-signatures).';

/** By name, by its place in the list, or by a part of its name that no other has. */
export function suspectOf({ suspects }: Pick<ResultDocument, 'suspects'>, wanted: string): Suspect {
  const exact = suspects.find((s) => s.function === wanted);
  if (exact !== undefined) return exact;
  if (/^\d+$/.test(wanted)) {
    const at = suspects[Number(wanted) - 1];
    if (at !== undefined) return at;
    throw usage(`there is no suspect at place ${wanted}`, `The result has ${suspects.length}.`);
  }
  const like = suspects.filter((s) => s.function.toLowerCase().includes(wanted.toLowerCase()));
  if (like.length === 1) return like[0]!;
  const names = suspects.map((s) => s.function);
  if (like.length > 1) {
    const listed = like.slice(0, 8).map((s) => s.function);
    throw usage(`${wanted} may be any of ${like.length} suspects`, `Name one: ${listed.join(', ')}.`);
  }
  const near = nearest(wanted, names);
  const advice = near === null ? `Suspects are: ${names.slice(0, 8).join(', ')}.` : `Did you mean ${near}?`;
  throw usage(`${wanted} is not among the suspects`, advice);
}

const usage = (message: string, advice: string) => new PerfscopeError('usage', message, {}, advice);
