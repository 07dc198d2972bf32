/** Where the HTTP face listens, and under which names it answers. Pure. */
import { isIP } from 'node:net';
import { PerfscopeError } from '../../errors.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, `[IPV6]:PORT`, `:PORT` and `PORT` (on loopback). */
export function parseAddress(text: string): Address {
  const match = /^(?:(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]*):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[2]);
  if (match === null || port > 65535)
    throw new PerfscopeError('usage', `--listen ${text}: not an address`, {}, 'Write 127.0.0.1:9464.');
  const host = (match[1] ?? '').replace(/[[\]]/g, '');
  return { host: host === '' ? '127.0.0.1' : host, port };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Whether a request was meant for this machine: a page that a browser loaded from elsewhere may call its own name by our address
 * (DNS rebinding), and would be answered. Numbers cannot be called otherwise.
 */
export function isOwnName(hostHeader: string | undefined): boolean {
  const host = (hostHeader ?? '').replace(/:\d+$/, '').replace(/[[\]]/g, '');
  return host === 'localhost' || isIP(host) !== 0;
}
