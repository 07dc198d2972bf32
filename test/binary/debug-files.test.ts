import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireFolders } from '../../src/binary/debug-files.js';
import { readElf } from '../../src/binary/elf.js';
import { readImage } from '../../src/binary/image.js';
import { debugPackage } from '../../src/binary/packages.js';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'perfscope-debug-'));
const at = (...parts: string[]) => {
  const path = join(folder, ...parts);
  mkdirSync(dirname(path), { recursive: true });
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

it('says which folder of debug files is none', async () => {
  await expect(requireFolders([folder, join(folder, 'none')])).rejects.toMatchObject({
    code: 'input-missing',
    place: { path: join(folder, 'none') },
  });
});

it('knows the package of a file by the lists of dpkg', async () => {
  writeFileSync(at('info', 'redis-tools.list'), '/.\n/usr/bin/redis-check-rdb\n');
  writeFileSync(at('info', 'libz1:amd64.list'), '/lib/x/libz.so.1\n/usr\n');
  const lists = join(folder, 'info');
  expect(await debugPackage('/usr/bin/redis-check-rdb', lists)).toBe('redis-tools-dbgsym');
  expect(await debugPackage('/usr/lib/x/libz.so.1', lists)).toBe('');
  expect(await debugPackage('/usr/bin/redis', lists)).toBe('');
});

describe.skipIf(!has('gcc') || !has('objcopy') || !has('strip'))(
  'separate files of symbols (skipped without gcc and binutils)',
  () => {
    const SOURCE =
      'static __attribute__((noinline)) int hidden(int a) { return a * 3; }\nint main(int c, char **v) { return hidden(c) + (v != 0); }\n';
    const whole = join(folder, 'whole');
    const debug = join(folder, 'elsewhere', 'symbols.debug');
    let buildId = '';

    beforeAll(() => {
      writeFileSync(at('a.c'), SOURCE);
      execFileSync('gcc', ['-O1', '-Wl,--build-id', '-o', whole, join(folder, 'a.c')]);
      buildId = readElf(readFileSync(whole)).buildId;
      execFileSync('objcopy', ['--only-keep-debug', whole, at('elsewhere', 'symbols.debug')]);
    });
    /** A stripped copy in a folder of its own. */
    const stripped = (name: string, ...flags: string[]) => {
      const path = at(name, 'srv');
      execFileSync('objcopy', ['--strip-all', ...flags, whole, path]);
      return path;
    };
    const namesAt = async (path: string, folders: string[] = []) => {
      const image = await readImage(path, folders);
      const hidden = readElf(readFileSync(whole)).functions.find((f) => f.name === 'hidden')!;
      return { complete: image.complete, names: image.table.find(hidden.address)!.names };
    };

    it('are missing: the range is known, not the name', async () => {
      expect(buildId).toMatch(/^[0-9a-f]{40}$/);
      expect(await namesAt(stripped('bare'))).toEqual({ complete: false, names: [] });
    });

    it('are found by build id, as packages lay them out and in any folder', async () => {
      const path = stripped('by-id');
      const packaged = at('root', 'usr', 'lib', 'debug', '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
      copyFileSync(debug, packaged);
      for (const given of [
        join(folder, 'root'),
        join(folder, 'root', 'usr', 'lib', 'debug'),
        join(folder, 'elsewhere'),
      ])
        expect(await namesAt(path, [given]), given).toEqual({ complete: true, names: ['hidden'] });
    });

    it('are found by the debug link beside the binary', async () => {
      const path = stripped('linked', `--add-gnu-debuglink=${debug}`);
      expect((await namesAt(path)).complete).toBe(false);
      copyFileSync(debug, at('linked', '.debug', 'symbols.debug'));
      expect(await namesAt(path)).toEqual({ complete: true, names: ['hidden'] });
    });

    it('of another build are not used, by build id and by checksum', async () => {
      writeFileSync(at('b.c'), SOURCE.replace('3', '5') + 'int more(void) { return 1; }\n');
      execFileSync('gcc', ['-O1', '-Wl,--build-id', '-o', at('other', 'whole'), join(folder, 'b.c')]);
      execFileSync('objcopy', ['--only-keep-debug', at('other', 'whole'), at('wrong', 'symbols.debug')]);
      const path = stripped('mismatched', `--add-gnu-debuglink=${debug}`);
      expect((await namesAt(path, [join(folder, 'wrong')])).complete).toBe(false);
      const noId = stripped('no-id', '--remove-section=.note.gnu.build-id', `--add-gnu-debuglink=${debug}`);
      copyFileSync(at('wrong', 'symbols.debug'), at('no-id', 'symbols.debug'));
      expect((await namesAt(noId)).complete).toBe(false);
      copyFileSync(debug, at('no-id', 'symbols.debug'));
      expect((await namesAt(noId)).complete).toBe(true);
    });

    it.skipIf(!has('xz'))('may be packed in the binary itself (skipped without xz)', async () => {
      const table = at('mini', 'table');
      execFileSync('objcopy', ['-S', '--remove-section=.comment', '--keep-symbol=hidden', whole, table]);
      execFileSync('xz', ['-f', '-k', table]);
      const path = stripped('packed', `--add-section=.gnu_debugdata=${table}.xz`);
      expect(await namesAt(path)).toEqual({ complete: true, names: ['hidden'] });
      const damaged = readFileSync(`${table}.xz`);
      damaged.fill(0x55, 40, 60);
      writeFileSync(at('mini', 'damaged.xz'), damaged);
      const broken = stripped('packed-badly', `--add-section=.gnu_debugdata=${at('mini', 'damaged.xz')}`);
      await expect(readImage(broken)).rejects.toMatchObject({ code: 'input-damaged', place: { path: broken } });
    });
  },
);
