/** How people read a row: its symbol without side and size (context/symbols.ts). The texts of a trace are few and are made once. */
import { resultTraits, sizeClass, symbolOf, symbolText } from '../context/symbols.js';
import type { Trace } from '../trace/table.js';

const SIZE_CLASSES = 8;

export class RowTexts {
  readonly texts: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly known = new Map<number, number>();
  private readonly traits: Uint8Array;

  constructor(private readonly trace: Trace) {
    this.traits = Uint8Array.from(trace.calls, resultTraits);
  }

  /** Number of the row's text in `texts`; equal texts have equal numbers. */
  numberOf(row: number): number {
    const { call, variant, kind, errno, result } = this.trace.columns;
    const size = errno[row] === 0 ? sizeClass(this.traits[call[row]!]!, result[row]!) : 0;
    const key = (((call[row]! * 256 + variant[row]!) * 256 + kind[row]!) * 256 + errno[row]!) * SIZE_CLASSES + size;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const codes = { variant: variant[row]!, kind: kind[row]!, side: 0, errno: errno[row]!, size };
    const text = symbolText(symbolOf({ call: this.trace.calls[call[row]!]!, ...codes }));
    let number = this.numbers.get(text);
    if (number === undefined) this.numbers.set(text, (number = this.texts.push(text) - 1));
    this.known.set(key, number);
    return number;
  }

  textOf(row: number): string {
    return this.texts[this.numberOf(row)]!;
  }
}
