/** Incidents as HTTP POST: our own JSON, or Slack's, which many others understand. */
import { createHash } from 'node:crypto';
import { PerfscopeError } from '../../errors.js';
import { type Delivery, DeliveryError } from './delivery.js';
import { type IncidentMessage, slackText } from './message.js';

export type Shape = 'json' | 'slack';

const BODIES: Readonly<Record<Shape, (message: IncidentMessage) => unknown>> = { json: (m) => m, slack: slackText };

/** @throws PerfscopeError 'usage' when `address` is none */
export function webhook(shape: Shape, address: string, option: string): Delivery {
  const url = URL.canParse(address) ? new URL(address) : null;
  // The path of a chat's webhook is a secret, so the address is not repeated.
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new PerfscopeError('usage', `${option}: not an address`, {}, 'Write http://HOST/PATH or https://HOST/PATH.');
  const authorization = takeLogin(url);
  const mark = createHash('sha256').update(address).digest('hex').slice(0, 8);
  return {
    name: `${shape}:${url.host}:${mark}`,
    async send(message, signal) {
      let response: Response;
      try {
        response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'perfscope', ...authorization },
          body: JSON.stringify(BODIES[shape](message)),
          redirect: 'error',
          signal,
        });
      } catch (error) {
        throw new DeliveryError(causeOf(error), true);
      }
      await response.body?.cancel().catch(() => undefined);
      if (response.ok) return;
      const { status } = response;
      // What the server takes no better the next time.
      const again = status >= 500 || status === 408 || status === 425 || status === 429;
      const after = again ? askedToWait(response.headers.get('retry-after'), Date.now()) : 0;
      throw new DeliveryError(`it answered with ${status}`, again, after);
    },
  };
}

/** ms: Retry-After has seconds or a date (RFC 9110, 10.2.3). */
export function askedToWait(header: string | null, now: number): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return ms > 0 ? ms : 0;
}

/** fetch(2) of Node takes no login in an address. */
function takeLogin(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = url.password = '';
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
