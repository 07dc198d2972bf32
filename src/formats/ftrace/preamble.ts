/** What holds for a whole recording of ftrace's rings. */
import { PerfscopeError } from '../../errors.js';

export interface Preamble {
  readonly version: 1;
  readonly host: string;
  readonly kernel: string;
  /** Of uname(2). */
  readonly machine: string;
  readonly command: string;
  /** What to add to times of the ring (CLOCK_MONOTONIC) for ns since 1970; decimal, as a double does not hold it. */
  readonly clockOffset: string;
  /** A moment of the ring's clock shortly before the first event, ns; decimal. */
  readonly clockBase: string;
  /** events/header_page: how pages are laid out. */
  readonly page: string;
  /** events/.../format of each event that is recorded, by `system:name`. */
  readonly formats: Readonly<Record<string, string>>;
  /** Programs that are recorded: path -> build id, hexadecimal. */
  readonly builds: Readonly<Record<string, string>>;
}

const TEXTS = ['host', 'kernel', 'machine', 'command', 'clockOffset', 'clockBase', 'page'] as const;

/** @throws PerfscopeError 'input-damaged' where it is none, 'input-format' where it is of a later perfscope */
export function readPreamble(content: Uint8Array): Preamble {
  let value: Partial<Record<string, unknown>>;
  try {
    value = JSON.parse(Buffer.from(content).toString('utf8')) as Partial<Record<string, unknown>>;
  } catch {
    throw new PerfscopeError('input-damaged', 'its first frame is no description of a recording', {}, AGAIN);
  }
  if (typeof value['version'] === 'number' && value['version'] > 1)
    throw new PerfscopeError('input-format', 'it was recorded by a later perfscope', {}, 'Read it with that one.');
  const whole =
    TEXTS.every((key) => typeof value[key] === 'string') &&
    /^-?\d+$/.test(value['clockOffset'] as string) &&
    /^\d+$/.test(value['clockBase'] as string) &&
    isTexts(value['formats']) &&
    isTexts(value['builds']);
  if (!whole) throw new PerfscopeError('input-damaged', 'its first frame does not describe the recording', {}, AGAIN);
  return value as unknown as Preamble;
}

const AGAIN = 'Copy the file anew, or record again.';

function isTexts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'string');
}
