/** The line that bends least between two bounds: a taut string (Davies and Kovac, 2001). Linear, but for stretches that end early. */

/** Points that a straight stretch has at most: these are looked at again where one ends early. */
const LONGEST = 4096;

/** From the first point of `least` to the last; `least` is nowhere above `most`. Where both rise, so does the string. */
export function tautString(least: Float64Array, most: Float64Array): Float64Array {
  const string = new Float64Array(least.length);
  const end = least.length - 1;
  string[0] = least[0]!;
  for (let from = 0; from < end;) {
    const at = string[from]!;
    const { to, slope } = stretch(least, most, from, at);
    for (let k = from + 1; k <= to; k++) string[k] = at + slope * (k - from);
    from = to;
  }
  return string;
}

/** The longest straight stretch that begins at a height, up to where it has to bend. */
function stretch(least: Float64Array, most: Float64Array, from: number, at: number): { to: number; slope: number } {
  let [low, high, lowAt, highAt] = [-Infinity, Infinity, from, from];
  const last = Math.min(least.length - 1, from + LONGEST);
  for (let k = from + 1; k <= last; k++) {
    const [up, down] = [(least[k]! - at) / (k - from), (most[k]! - at) / (k - from)];
    if (up > high) return { to: highAt, slope: high };
    if (down < low) return { to: lowAt, slope: low };
    if (up >= low) [low, lowAt] = [up, k];
    if (down <= high) [high, highAt] = [down, k];
  }
  return { to: last, slope: (low + high) / 2 };
}
