/** Which package of a Debian-like distribution brings the symbols of a file. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where dpkg keeps the list of files of each package, a path a line (dpkg(1), FILES). */
const LISTS = '/var/lib/dpkg/info';

/** `redis-tools-dbgsym` for /usr/bin/redis-check-rdb; '' where dpkg does not know the file. */
export async function debugPackage(path: string, lists = LISTS): Promise<string> {
  // Since /bin is a link to /usr/bin either may stand there.
  const spellings = [path, path.startsWith('/usr/') ? path.slice(4) : `/usr${path}`].map((p) => `\n${p}\n`);
  const names = await readdir(lists).catch((): string[] => []);
  for (const name of names.filter((n) => n.endsWith('.list')).sort()) {
    const text = await readFile(join(lists, name), 'latin1').catch(() => '');
    // The list of a library that several processors may have is named with one: libc6:amd64.list.
    if (spellings.some((spelling) => text.includes(spelling))) return `${name.slice(0, -5).replace(/:.*$/, '')}-dbgsym`;
  }
  return '';
}
