/** Log lines on stderr through pino; loaded when there is something to say. */
import type { Logger } from 'pino';
import { visible, visibleIn } from '../lib/visible.js';

export type Level = 'error' | 'warn' | 'info' | 'debug';

export interface LogOptions {
  readonly level: Level;
  readonly format: 'pretty' | 'json';
  readonly color: boolean;
}

export interface Log {
  readonly level: Level;
  readonly format: 'pretty' | 'json';
  write(level: Level, message: string, fields?: Record<string, unknown>): Promise<void>;
}

const ORDER: readonly Level[] = ['error', 'warn', 'info', 'debug'];

/** `before` runs before each line: it takes the progress bar off the screen. */
export function createLog(options: LogOptions, before: () => void): Log {
  let logger: Promise<Logger> | null = null;
  return {
    level: options.level,
    format: options.format,
    async write(level, message, fields = {}) {
      if (ORDER.indexOf(level) > ORDER.indexOf(options.level)) return;
      logger ??= makeLogger(options);
      const ready = await logger;
      before();
      try {
        ready[level](visibleIn(fields), visible(message));
      } catch {
        // A full disk behind stderr: what could be said of that would go there, too, and the result matters more.
      }
    },
  };
}

async function makeLogger(options: LogOptions): Promise<Logger> {
  const { pino } = await import('pino');
  const settings = { name: 'perfscope', level: options.level };
  if (options.format === 'json') {
    const destination = pino.destination({ dest: 2, sync: true });
    destination.on('error', () => undefined);
    return pino(settings, destination);
  }
  const { PinoPretty } = await import('pino-pretty');
  return pino(
    settings,
    PinoPretty({
      destination: 2,
      sync: true,
      colorize: options.color,
      ignore: 'pid,hostname,name,time,code,place,advice',
      messageFormat: '{msg}',
      customPrettifiers: {},
    }),
  );
}
