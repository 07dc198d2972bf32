/** Entries and exits of system calls as perf script prints them, to rows: call-rows.ts says which. */
import { SPACE } from '../../lib/bytes.js';
import * as args from './arguments.js';
import { CallRows } from './call-rows.js';
import { DAMAGED } from './names.js';

export class PerfCalls extends CallRows {
  /** Where the arguments of the entry being read begin, and whether their names stand before them. */
  private bytes: Uint8Array = new Uint8Array(0);
  private first = 0;
  private named = false;

  /** `NR 0 (1c, 7ffd3d176c40, ...)` at `p`; false when damaged. `now`: ns since the chunk's time 0. */
  rawEnter(bytes: Uint8Array, p: number, thread: number, cpu: number, now: number): boolean {
    const call = this.names.numbered(bytes, p);
    const { end } = this.names;
    if (call < 0 || bytes[end] !== SPACE || bytes[end + 1] !== 40 /* ( */) return false;
    this.enterAt(bytes, end + 2, false);
    this.enter(call, thread, cpu, now);
    return true;
  }

  /** `NR 0 = 73` at `p`; false when damaged. */
  rawExit(bytes: Uint8Array, p: number, thread: number, now: number): boolean {
    const call = this.names.numbered(bytes, p);
    const { end } = this.names;
    if (call === DAMAGED || bytes[end] !== SPACE || bytes[end + 1] !== 61 /* = */) return false;
    if (!this.result.readDecimal(bytes, end + 3)) return false;
    this.exit(call, thread, now);
    return true;
  }

  /** `read: fd: 0x0000001c, ...` at `p`, behind `syscalls:sys_enter_`. */
  namedEnter(bytes: Uint8Array, p: number, thread: number, cpu: number, now: number): boolean {
    const call = this.names.named(bytes, p);
    if (call === DAMAGED) return false;
    this.enterAt(bytes, this.names.end, true);
    this.enter(call, thread, cpu, now);
    return true;
  }

  /** `read: 0x49` at `p`, behind `syscalls:sys_exit_`. */
  namedExit(bytes: Uint8Array, p: number, thread: number, now: number): boolean {
    const call = this.names.named(bytes, p);
    if (call === DAMAGED || !this.result.readHex(bytes, this.names.end)) return false;
    this.exit(call, thread, now);
    return true;
  }

  protected argument(index: number): number {
    const { bytes, first } = this;
    return args.hexAt(
      bytes,
      this.named ? args.namedArgument(bytes, first, index) : args.rawArgument(bytes, first, index),
    );
  }

  private enterAt(bytes: Uint8Array, first: number, named: boolean): void {
    this.bytes = bytes;
    this.first = first;
    this.named = named;
  }
}
