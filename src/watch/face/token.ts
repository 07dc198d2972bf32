/** Who may ask: a bearer token, or as the password of a basic login, which browsers can give. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Compared in a time that tells nothing of where they differ, nor of the length. */
export function isToken(given: string | null, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== null && timingSafeEqual(digest(given), digest(token));
}

/** What an Authorization header holds; null for none of these. */
export function tokenIn(header: string | undefined): string | null {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(header?.trim() ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic': {
      const login = Buffer.from(value, 'base64').toString('utf8');
      return login.includes(':') ? login.slice(login.indexOf(':') + 1) : null;
    }
    default:
      return null;
  }
}
