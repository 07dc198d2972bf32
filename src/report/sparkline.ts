/** A window in one line of text: calls by cell, and where the onset is. */

const LEVELS = '▁▂▃▄▅▆▇█';

/** `cells` characters, the highest value being the fullest; a blank is a cell without any call. */
export function sparkline(values: readonly number[], cells: number): string {
  const width = Math.min(cells, values.length);
  const means = Array.from({ length: width }, (_, c) => {
    const part = values.slice(Math.floor((c * values.length) / width), Math.floor(((c + 1) * values.length) / width));
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
  const most = Math.max(...means);
  return means
    .map((mean) => (mean === 0 ? ' ' : LEVELS[Math.min(LEVELS.length - 1, Math.floor((mean / most) * LEVELS.length))]!))
    .join('');
}

/** A mark below a line of `cells` characters at `share` (0..1) of it, with a word beside it on the side where it fits. */
export function markBelow(share: number, word: string, cells: number, room: number): string {
  const at = Math.min(cells - 1, Math.max(0, Math.floor(share * cells)));
  const after = ' '.repeat(at) + '^ ' + word;
  if (after.length <= room) return after;
  return at > word.length ? `${' '.repeat(at - word.length - 1)}${word} ^` : `${' '.repeat(at)}^`;
}
