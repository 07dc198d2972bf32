/** How the fast readers of perf's events read the arguments of a call: by rules of lib/kernel/call-table.ts. */
import { type CallTraits, callTraits } from '../../trace/call-traits.js';

/** In the order of lib/kernel/call-table.ts. */
const RULES = [
  '',
  'futex',
  'epoll_ctl',
  'fcntl',
  'timeout',
  'open',
  'creat',
  'open-untold',
  'option',
  'family',
] as const;
type Rule = (typeof RULES)[number];

export interface CallTable {
  addNumber(number: number, call: number, first: number, kind: number, rule: number, argument: number): void;
}

/** Tells the table of a call of this number and name, if its arguments can be read by a rule. */
export function addCall(table: CallTable, number: number, call: number, name: string): void {
  const traits = callTraits(name);
  const rule = ruleOf(name, traits);
  if (rule !== null) table.addNumber(number, call, traits.first, traits.kind, RULES.indexOf(rule[0]), rule[1]);
}

/** How the arguments of the call are read, and the index of the one that tells; null for calls that JavaScript reads. */
function ruleOf(name: string, { role }: CallTraits): [Rule, number] | null {
  switch (role) {
    case 'futex':
    case 'epoll_ctl':
    case 'fcntl':
      return [role, 1];
    case 'timeout':
      return ['timeout', name === 'poll' ? 2 : 3];
    case 'timeout-mask':
      return name === 'epoll_pwait' ? ['timeout', 3] : ['', 0];
    case 'open':
      if (name === 'creat') return ['creat', 0];
      return name === 'openat2' ? ['open-untold', 0] : ['open', name === 'openat' ? 2 : 1];
    case 'socket':
      return ['family', 1];
    case 'clone':
    case 'fork':
    case 'exit':
    case 'restart':
      return null;
    default:
      return name === 'setsockopt' || name === 'getsockopt' ? ['option', 1] : ['', 0];
  }
}
