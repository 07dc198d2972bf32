/** What `learn` says when it is done. */
import type { SignatureDatabase } from '../signatures/database.js';
import { duration, grouped, plural } from './text.js';

export function learnedSummary(db: SignatureDatabase, path: string): string {
  const { events, eventsWithStack, seconds, sources } = db.learned;
  const share = events === 0 ? 0 : Math.round((100 * eventsWithStack) / events);
  const episodes = db.functions.reduce((sum, f) => sum + f.episodes.length, 0);
  return [
    `Learned ${plural(db.functions.length, 'function')} of ${db.program} from ${plural(sources.length, 'trace')}:`,
    `  ${grouped(events)} calls in ${duration(seconds)}, ${share} % of them with a stack of the program's own`,
    `  ${plural(episodes, 'episode')}${inBinary(db)}`,
    `Written to ${path}`,
    '',
  ].join('\n');
}

function inBinary(db: SignatureDatabase): string {
  if (db.functionsInBinary === null) return '';
  const share = ((100 * db.functions.length) / db.functionsInBinary).toFixed(1);
  return `; seen ${share} % of the ${grouped(db.functionsInBinary)} functions of the binary`;
}
