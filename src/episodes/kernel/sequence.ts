/** The text that is mined, and what never changes while it is. */
import { freeAll, room, zeros } from './memory';

/** Positions behind the text that hold no call: as many as any window is long. */
const PADDING: i32 = 32;

/** Address of the text: 32 bits a position; calls 1..frequent, 0 for what is not frequent and between sequences. */
export let TEXT: usize = 0;
export let length: i32 = 0;
export let frequent: i32 = 0;
/** Per call its symbol in the input. */
export let SYMBOLS: usize = 0;
export let maxLength: i32 = 0;
/** Farthest from one call of an episode to the next: `maxGap + 1`. */
export let reach: i32 = 0;

/** Begins a run; where `positions` symbols of text and the symbols of `alphabet` calls (entry 0 unused) are to be put. */
export function prepare(positions: i32, alphabet: i32): usize {
  freeAll();
  length = positions;
  TEXT = room(<usize>(positions + PADDING) * 4);
  memory.fill(TEXT + ((<usize>positions) << 2), 0, PADDING * 4);
  SYMBOLS = room(<usize>(alphabet + 1) * 4);
  return TEXT;
}
export function symbolsAt(): usize {
  return SYMBOLS;
}

/** Numbers the frequent ones of the calls 1..alphabet from 1, and takes all others out of the text. */
export function keepCalls(alphabet: i32, minSupport: i32, longest: i32, maxGap: i32): void {
  maxLength = longest;
  reach = maxGap + 1;
  const behind = TEXT + ((<usize>length) << 2);
  const numbers = zeros(<usize>(alphabet + 1) * 4);
  for (let p = TEXT; p < behind; p += 4) {
    const number = numbers + ((<usize>load<u32>(p)) << 2);
    store<i32>(number, load<i32>(number) + 1);
  }
  frequent = 0;
  store<i32>(numbers, 0);
  for (let c = 1; c <= alphabet; c++) {
    const number = numbers + ((<usize>c) << 2);
    if (load<i32>(number) < minSupport) store<i32>(number, 0);
    else {
      store<i32>(number, ++frequent);
      store<i32>(SYMBOLS + ((<usize>frequent) << 2), load<i32>(SYMBOLS + ((<usize>c) << 2)));
    }
  }
  for (let p = TEXT; p < behind; p += 4) store<i32>(p, load<i32>(numbers + ((<usize>load<u32>(p)) << 2)));
}
