/**
 * Arguments as perf trace prints them: `fd: 3<socket:[12]>, flags: RDONLY|CLOEXEC`, names of flags without their prefix, arguments that
 * are 0 left out by most versions. The rules for what they mean are those of strace's reader.
 */
import { FIRST_DESCRIPTOR, callTraits, unseenKind } from '../../trace/call-traits.js';
import { kindCode, variantCode } from '../../trace/kinds.js';
import { NO_DESCRIPTOR } from '../../trace/table.js';
import * as strace from '../strace/arguments.js';
import { decorationKind } from '../strace/descriptors.js';

export interface EntryFacts {
  /** As in Columns. */
  readonly kind: number;
  readonly descriptor: number;
  readonly variant: number;
}

const CWD = kindCode('cwd');
const NOW = variantCode('now');
const THREAD = variantCode('thread');
const CREATE = variantCode('create');
const WRITE = variantCode('write');
const DIRECTORY = variantCode('directory');
/** What the kernel calls descriptors among its arguments. */
const DESCRIPTOR = /fd|fildes|mqdes/;

/** What the arguments of a call tell; `args` null where they were not seen. */
export function entryFacts(name: string, args: string | null): EntryFacts {
  const traits = callTraits(name);
  if (args === null) return { kind: unseenKind(traits), descriptor: NO_DESCRIPTOR, variant: 0 };
  const given = argumentsOf(args);
  let kind = unseenKind(traits);
  let descriptor = NO_DESCRIPTOR;
  if (traits.first === FIRST_DESCRIPTOR) {
    const [first] = given;
    // Left out, as 0 is.
    const value = first !== undefined && DESCRIPTOR.test(first[0]) ? first[1] : '0';
    const number = /^\d+/.exec(value)?.[0];
    if (number !== undefined) descriptor = Number(number);
    else if (value.startsWith('CWD') || value.startsWith('AT_FDCWD')) kind = CWD;
    const decoration = value.indexOf('<');
    if (decoration >= 0 && traits.kind < 0) kind = decorationKind(bytesOf(value), decoration + 1);
  }
  const variant = variantOf(name, traits.role, new Map(given));
  if (traits.role === 'open') kind = strace.openedKind(variant, 0);
  if (traits.role === 'socket') {
    const type = /^\w+/.exec(valueOf(given, 'type'))?.[0] ?? '';
    const socket = `AF_${valueOf(given, 'family')}, SOCK_${type}`;
    kind = strace.socketKind(bytesOf(socket.replace(/(?:AF|SOCK)_(?=AF_|SOCK_|\d)/g, '')), 0);
  }
  return { kind, descriptor, variant };
}

/** The program that execve was given, '' when it is not told. */
export function programOf(args: string): string {
  return /(?:^|, )(?:filename|pathname): "([^"]*)"/.exec(args)?.[1] ?? '';
}

function variantOf(name: string, role: string, args: ReadonlyMap<string, string>): number {
  const named = (prefix: string, key: string): Uint8Array => {
    const value = args.get(key) ?? '0';
    return bytesOf(/^\d/.test(value) || value.startsWith(prefix) ? value : prefix + value);
  };
  if (role === 'futex') return strace.futexVariant(named('FUTEX_', 'op'), 0);
  if (role === 'epoll_ctl') return strace.epollCtlVariant(named('EPOLL_CTL_', 'op'), 0);
  if (role === 'fcntl') return strace.fcntlVariant(named('F_', 'cmd'), 0);
  if (role === 'timeout' || name === 'epoll_pwait')
    return Number(args.get('timeout') ?? args.get('timeout_msecs') ?? 0) === 0 ? NOW : 0;
  if (role === 'clone') {
    // clone3 has its flags in memory: that makes threads mostly, as perf script's reader has it too.
    return name === 'clone3' || /\bTHREAD\b/.test(args.get('clone_flags') ?? args.get('flags') ?? '') ? THREAD : 0;
  }
  if (role !== 'open') return 0;
  const flags = args.get('flags') ?? '';
  if (/\bCREAT\b/.test(flags)) return CREATE;
  if (/\b(?:WRONLY|RDWR)\b/.test(flags)) return WRITE;
  return /\bDIRECTORY\b/.test(flags) ? DIRECTORY : 0;
}

function argumentsOf(args: string): [string, string][] {
  return args
    .split(/, (?=[a-z_]\w*: )/)
    .map((argument) => /^([a-z_]\w*): (.*)$/.exec(argument))
    .filter((found) => found !== null)
    .map((found) => [found[1]!, found[2]!]);
}

function valueOf(args: readonly [string, string][], key: string): string {
  return args.find(([name]) => name === key)?.[1] ?? '0';
}

/** With a line feed behind it, as readers of bytes expect. */
function bytesOf(value: string): Uint8Array {
  return Buffer.from(`${value}\n`, 'latin1');
}
