/** Why a tracer that nobody stopped has ended: with the program, of itself, or because somebody killed it. */

/**
 * @param signal what it died of
 * @param said on stderr
 * @param chatter what it says that is no reason
 */
export function whyEnded(tracer: string, signal: NodeJS.Signals | null, said: string, chatter: RegExp): string {
  if (signal !== null) return `${tracer} was killed (${signal})`;
  const last = said.split('\n').findLast((line) => line.trim() !== '' && !chatter.test(line));
  return last === undefined ? 'the program ended' : `${tracer} ended: ${last.trim()}`;
}
