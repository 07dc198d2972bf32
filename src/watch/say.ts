/** How `watch` says what it does and what went wrong. */
import type { LogLevel } from '../pool/stage.js';
import type { Message } from '../result.js';

/** Log lines, by code and arguments (report/messages.ts). */
export type Say = (level: LogLevel, message: Message) => void;

/** What went wrong, in a line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
