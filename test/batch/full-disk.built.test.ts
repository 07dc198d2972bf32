import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { perfscope, scratchFolder } from '../cli/run.js';
import { archiveOf, contentOf } from './archive-of.js';

const scratch = scratchFolder();
const disk = scratch.at('disk');

/** A file system of 512 KB; mounting needs rights that not everyone has. */
function mount(): boolean {
  try {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'perfscope-test', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const mounted = mount();
beforeAll(() => archiveOf(scratch.at('archive'), 8));
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
  scratch.dispose();
});

test.skipIf(!mounted)(
  'a full disk is said clearly, and once there is room the rest is done (needs root: mounts a tmpfs)',
  async () => {
    const batch = (output: string) => perfscope(['batch', scratch.at('archive'), '-o', output, '-q']);
    const ballast = path.join(disk, 'ballast');
    // Room for the folders and for a result or two, then for some more.
    for (const pages of [121, 114]) {
      writeFileSync(ballast, Buffer.alloc(pages * 4096));
      const { code, stderr } = await batch(path.join(disk, 'results'));
      expect(code).toBe(3);
      expect(stderr).toContain('the disk is full');
      expect(stderr).toContain('goes on with what is missing');
    }
    rmSync(ballast);
    expect((await batch(path.join(disk, 'results'))).code).toBe(3);
    expect((await batch(scratch.at('undisturbed'))).code).toBe(3);
    expect(contentOf(path.join(disk, 'results'))).toEqual(contentOf(scratch.at('undisturbed')));
  },
);
