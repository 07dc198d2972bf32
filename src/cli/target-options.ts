/** Flags that say what is recorded, of `record`, `watch` and `doctor`. */
import type { Options } from 'yargs';
import { parseDuration } from '../coordinator/window.js';
import { PerfscopeError } from '../errors.js';
import type { Target } from '../record/recorder.js';
import type { Argv } from './command.js';

const TARGET = 'What to record';

export const TARGET_OPTIONS: Readonly<Record<string, Options>> = {
  pid: {
    alias: 'p',
    type: 'string',
    array: true,
    nargs: 1,
    group: TARGET,
    describe: 'Process and its children, now and later; repeatable, or several with commas',
  },
  comm: { type: 'string', requiresArg: true, group: TARGET, describe: 'Processes of this name, and their children' },
  cgroup: {
    type: 'string',
    requiresArg: true,
    group: TARGET,
    describe: 'Processes that are in this cgroup (a unit of systemd, a container), and those that they start',
  },
};

const ADVICE = 'Say what to record: -p PID, --comm NAME, --cgroup PATH, or -- COMMAND.';

/** @throws PerfscopeError 'usage' unless exactly one thing is named */
export function targetOf(argv: Argv): Target {
  const command = (argv.command as string[] | undefined) ?? [];
  const targets: Target[] = [];
  if (argv.pid !== undefined) targets.push({ kind: 'pid', pids: pidList([argv.pid].flat().map(String)) });
  if (argv.comm !== undefined) targets.push({ kind: 'comm', name: String(argv.comm) });
  if (argv.cgroup !== undefined) targets.push({ kind: 'cgroup', path: String(argv.cgroup) });
  if (command.length > 0) targets.push({ kind: 'command', argv: command });
  if (targets.length === 1) return targets[0]!;
  const message = targets.length === 0 ? 'nothing to record' : 'more than one thing to record';
  throw new PerfscopeError('usage', message, {}, ADVICE);
}

function pidList(given: readonly string[]): number[] {
  return given
    .flatMap((text) => text.split(','))
    .map((text) => {
      const pid = Number(text.trim());
      if (/^\d+$/.test(text.trim()) && pid > 0 && pid < 2 ** 31) return pid;
      throw new PerfscopeError('usage', `--pid ${text}: not the id of a process`, {}, 'ps -e lists them.');
    });
}

export function secondsOption(value: unknown, flag: string): number | undefined {
  return value === undefined ? undefined : parseDuration(value as string | number, flag);
}

/** "200M" -> bytes. */
export function bytesOption(value: unknown, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(String(value).trim());
  const bytes = Number(match?.[1]) * 1024 ** ' kmgt'.indexOf((match?.[2] ?? '').toLowerCase() || ' ');
  if (Number.isFinite(bytes) && bytes >= 1) return Math.floor(bytes);
  throw new PerfscopeError('usage', `${flag} ${String(value)}: not a size`, {}, 'Write 200M or 2G.');
}
