/** Units in types: a plain number at run time, a compile error where two units are mixed. */
declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]?: Name };

/** Nanoseconds since the trace's first event, or a length of time in nanoseconds. */
export type Nanoseconds = Branded<'ns'>;
/** A row of a Trace. */
export type RowIndex = Branded<'row'>;
/** Index into `Trace.calls`. */
export type CallIndex = Branded<'call'>;
/** Index into `Trace.threads`. */
export type ThreadIndex = Branded<'thread'>;
/** Index into a StackTable; `NO_STACK` when none was recorded. */
export type StackIndex = Branded<'stack'>;

export const NANOSECONDS_PER_SECOND = 1e9;
