/** Which queue, on which Redis. Pure. */
import { PerfscopeError } from '../../errors.js';

export interface QueueSettings {
  /** redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]; rediss:// with TLS. */
  readonly url: string;
  /** Several queues may share a database. Default: incidents. */
  readonly name?: string | undefined;
  /** What all keys in the database begin with. Default: perfscope. */
  readonly prefix?: string | undefined;
}

const DEFAULT_NAME = 'incidents';
const DEFAULT_PREFIX = 'perfscope';
/** Version and the beginning of a hash. */
const TOOL_CHARACTERS = 20;
/** BullMQ makes keys `prefix:name:...` of them. */
const NAME = /^[\w.-]+$/;

export interface Queue {
  readonly url: string;
  /** The address without password, for messages. */
  readonly shown: string;
  readonly name: string;
  readonly prefix: string;
}

/**
 * @param tool what decides on results: workers and submitters of different versions never meet
 * @throws PerfscopeError 'usage'
 */
export function queueOf(settings: QueueSettings, tool: string): Queue {
  const { name = DEFAULT_NAME, prefix = DEFAULT_PREFIX } = settings;
  for (const [flag, value] of Object.entries({ 'queue-name': name, 'queue-prefix': prefix }))
    if (!NAME.test(value))
      throw new PerfscopeError('usage', `--${flag} ${value}: no name`, {}, 'Letters, digits, dots, - and _ will do.');
  const url = parsed(settings.url);
  return {
    url: url.href,
    shown: `${url.protocol}//${url.host}${url.pathname}`,
    name: `${name}@${tool.replace(/[^\w.-]+/g, '-').slice(0, TOOL_CHARACTERS)}`,
    prefix,
  };
}

/** Version and build, as they stand in the name of a queue. */
export function toolOf({ name }: Pick<Queue, 'name'>): string {
  return name.slice(name.indexOf('@') + 1);
}

/** Queues of the same name whose workers are others than this perfscope. `clients`: what CLIENT LIST says of all connections. */
export function otherWorkers(clients: string, { name, prefix }: Queue): string[] {
  const others: string[] = [];
  for (const [, client] of clients.matchAll(/(?:^| )name=(\S+)/gm)) {
    // BullMQ names the connection of a worker PREFIX:QUEUE in base64:w:NAME.
    const [, packed] = client!.startsWith(`${prefix}:`)
      ? (/^([^:]+):w:/.exec(client!.slice(prefix.length + 1)) ?? [])
      : [];
    const queue = packed === undefined ? '' : Buffer.from(packed, 'base64').toString('latin1');
    const of = name.slice(0, name.indexOf('@') + 1);
    if (queue.startsWith(of) && queue !== name) others.push(queue.slice(of.length).replace(/[^\w.-]+/g, '?'));
  }
  return others;
}

function parsed(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const right =
    url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== '' && /^(\/\d*)?$/.test(url.pathname);
  if (right) return url;
  // Never the text itself: it may hold a password.
  const shown = url === null ? text.replace(/\/\/.*@/, '//...@') : `${url.protocol}//${url.host}${url.pathname}`;
  const advice = 'Write redis://HOST:PORT or redis://USER:PASSWORD@HOST:PORT/DATABASE; rediss:// with TLS.';
  throw new PerfscopeError('usage', `--queue ${shown}: no address of Redis`, {}, advice);
}
