/**
 * Sequences of calls as one text that miners can walk without looking at boundaries: symbols renumbered densely from 1,
 * with enough separators (0) between sequences that no episode can reach from one into the next.
 */

/** Stands between sequences; never part of an episode. */
export const SEPARATOR = 0;

export interface EpisodeText {
  /** Symbols 1..alphabet.length, and separators. Ends in a separator. */
  readonly text: Uint32Array;
  /** Symbol of the text -> symbol of the input; entry 0 is unused. */
  readonly alphabet: Uint32Array;
}

/**
 * Joins the sequences `symbols[offsets[i] .. offsets[i + 1])` with `separators` separators after each. With
 * `maxRun` > 0 a run of more than `maxRun` equal symbols is folded into `maxRun` of them: a loop of 7 and one of 700 turns
 * then look the same. O(symbols).
 */
export function joinSequences(
  symbols: ArrayLike<number>,
  offsets: ArrayLike<number>,
  separators: number,
  maxRun = 0,
): EpisodeText {
  const sequences = Math.max(0, offsets.length - 1);
  const first = sequences > 0 ? offsets[0]! : 0;
  const last = sequences > 0 ? offsets[sequences]! : 0;
  const text = new Uint32Array(last - first + sequences * separators);
  const number = numbering(symbols, first, last);
  const alphabet: number[] = [0];
  let length = 0;
  for (let s = 0; s < sequences; s++) {
    let run = 0;
    let previous = -1;
    for (let i = offsets[s]!, end = offsets[s + 1]!; i < end; i++) {
      const symbol = symbols[i]!;
      run = symbol === previous ? run + 1 : 1;
      previous = symbol;
      if (maxRun > 0 && run > maxRun) continue;
      let dense = number.get(symbol);
      if (dense === 0) {
        dense = alphabet.push(symbol) - 1;
        number.set(symbol, dense);
      }
      text[length++] = dense;
    }
    length += separators;
  }
  return { text: text.subarray(0, length), alphabet: Uint32Array.from(alphabet) };
}

interface Numbering {
  /** 0: not seen yet. */
  get(symbol: number): number;
  set(symbol: number, dense: number): void;
}

/** A table where the symbols are small (they are call types, as a rule), a map where they are not. */
function numbering(symbols: ArrayLike<number>, first: number, last: number): Numbering {
  let max = 0;
  for (let i = first; i < last; i++) if (symbols[i]! > max) max = symbols[i]!;
  if (max <= 0xffff) {
    const table = new Uint32Array(max + 1);
    return {
      get: (symbol) => table[symbol]!,
      set: (symbol, dense) => {
        table[symbol] = dense;
      },
    };
  }
  const map = new Map<number, number>();
  return { get: (symbol) => map.get(symbol) ?? 0, set: (symbol, dense) => void map.set(symbol, dense) };
}
