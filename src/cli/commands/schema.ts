/** `perfscope schema`: the JSON schemas of the documents. */
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { PerfscopeError } from '../../errors.js';
import { nearest } from '../near.js';
import { DOCUMENTS, type DocumentName, documentSchema } from '../../report/schemas.js';

export const schemaCommand: Command = {
  positionals: {
    document: {
      describe: `${Object.entries(DOCUMENTS)
        .map(([name, { what }]) => `${name}: ${what}`)
        .join('; ')}; default: result`,
      words: Object.keys(DOCUMENTS),
    },
  },
  options: {},
  examples: [['perfscope schema result > result.schema.json', 'for a validator, or for types of another language']],

  async run(argv, io) {
    const name = (argv.document as string | undefined) ?? 'result';
    if (!Object.hasOwn(DOCUMENTS, name)) {
      const known = Object.keys(DOCUMENTS);
      const near = nearest(name, known);
      const advice = near === null ? `There are: ${known.join(', ')}.` : `Did you mean ${near}?`;
      throw new PerfscopeError('usage', `there is no document ${name}`, {}, advice);
    }
    await io.stdout(`${JSON.stringify(documentSchema(name as DocumentName), null, 2)}\n`);
    return EXIT.done;
  },
};
