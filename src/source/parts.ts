/** Parts of one file, as split, 7z and zip name them: `trace.gz.aa` and `trace.gz.ab`, `trace.7z.001`, `trace.z01`. */
import { basename } from 'node:path';
import { PerfscopeError } from '../errors.js';

/** Letters of split(1), or digits with a zero in front (files of strace -ff end with numbers that have none), or those of archives in volumes. */
const PART = /^(?<stem>.+)\.(?<part>[a-z]{2,3}|0\d+|\d{3}|z\d\d|part\d+)$/;

/** What the shell expands to the parts that this may be one of; null for any other name. */
export function partPattern(path: string): string | null {
  const { stem, part } = PART.exec(path)?.groups ?? {};
  if (part === undefined || /^(?:gz|xz|zst|txt|log|out|csv|zip|tar|tgz|bz)$/.test(part)) return null;
  return part.startsWith('z') ? `${stem}.z*` : `${stem}.${part.replace(/[a-z0-9]/g, '?')}`;
}

/** Refuses files that are the parts of one, each of which begins where the one before breaks off. */
export function refuseParts(paths: readonly string[]): void {
  const [first] = paths;
  const pattern = first === undefined ? null : partPattern(first);
  if (first === undefined || pattern === null || paths.length < 2) return;
  const { stem } = PART.exec(first)!.groups!;
  const parts = paths.map((path) => (path.startsWith(`${stem}.`) ? path.slice(stem!.length + 1) : ''));
  if (!/^(?:a+|0+1?|z01|part0*1)$/.test(parts[0]!)) return;
  if (!parts.every((part, i) => i === 0 || isNext(parts[i - 1]!, part))) return;
  throw new PerfscopeError(
    'input-format',
    `${first} to ${basename(paths.at(-1)!)} are parts of one file`,
    { path: first },
    `Put them together: cat ${pattern} | perfscope analyze -`,
  );
}

/** Whether `next` is what follows `part`, in letters or in digits. */
function isNext(part: string, next: string): boolean {
  if (part.length !== next.length) return false;
  const base = /^[a-z]+$/.test(part) ? 26 : 10;
  const value = (text: string) =>
    base === 10
      ? Number(text.replace(/\D/g, ''))
      : [...text].reduce((sum, letter) => sum * base + letter.charCodeAt(0) - 97, 0);
  return value(next) === value(part) + 1;
}
