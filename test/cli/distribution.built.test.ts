/**
 * Stripped servers as a distribution installs them, learned from strace -k: each name is that of the function, or tells by its address
 * that there is none. Checked against the sizes of the exported functions and, where readelf is, against its reading of .eh_frame.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeRanges } from '../../src/binary/eh-frame.js';
import { readElf } from '../../src/binary/elf.js';
import { SERVERS, binaryOf, canTraceStacks, isInstalled, record } from '../helpers/traced-server.js';
import { parseSignatures } from '../../src/signatures/file.js';
import { perfscope, scratchFolder } from './run.js';

const tracing = canTraceStacks();
const folder = scratchFolder();
afterAll(() => folder.dispose());

/** Borders by an independent reading, [start, end). */
function borders(path: string): [number, number][] {
  const read = spawnSync('readelf', ['--debug-dump=frames', '-W', path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (read.status !== 0) return codeRanges(readElf(readFileSync(path)), path).map(({ start, end }) => [start, end]);
  return [...read.stdout.matchAll(/FDE cie=\S+ pc=([0-9a-f]+)\.\.([0-9a-f]+)/g)].map((m) => [
    parseInt(m[1]!, 16),
    parseInt(m[2]!, 16),
  ]);
}

for (const server of SERVERS) {
  const missing = !tracing
    ? 'strace -k does not work here'
    : isInstalled(server)
      ? ''
      : `${server.name} is not installed`;
  describe.skipIf(missing !== '')(`${server.name} as installed${missing && ` (skipped: ${missing})`}`, () => {
    let trace = '';
    beforeAll(async () => {
      trace = await record(server, join(folder.at(server.name)));
    });

    it('has no function under the name of another', async () => {
      const output = folder.at(`${server.name}.json`);
      const learned = await perfscope(['learn', trace, '-o', output]);
      expect(learned).toMatchObject({ code: 0, stderr: '' });
      const signatures = parseSignatures(readFileSync(output, 'utf8'), output);
      // By the name that it was started by, whatever file a link leads to.
      expect(signatures.program).toBe(server.name);

      const path = binaryOf(server.name);
      const elf = readElf(readFileSync(path), path);
      expect(signatures.symbols!.find((s) => s.object === server.name)).toMatchObject({ path, buildId: elf.buildId });
      if (elf.hasSymbolTable || signatures.symbols!.some((s) => s.names !== 'exports')) return; // Its symbols are installed too.
      expect(learned.stdout).toMatch(/% of these calls are of functions whose names are sure/);

      const text = readFileSync(trace, 'latin1');
      const escaped = path.replaceAll(/[.+]/g, '\\$&');
      const places = new Set(
        [...text.matchAll(new RegExp(`^ > ${escaped}\\(.*\\) \\[0x([0-9a-f]+)\\]`, 'gm'))].map(
          (m) => parseInt(m[1]!, 16) - 1,
        ),
      );
      expect(places.size).toBeGreaterThan(20);
      const frames = borders(path);
      const names = new Set(signatures.functions.filter((f) => f.object === server.name).map((f) => f.name));
      const seen = new Set<string>();
      for (const before of places) {
        // The frame of a signal's handler may begin with the function; all others are behind a call.
        const place = frames.some(([from, to]) => before >= from && before < to) ? before : before + 1;
        const exported = elf.functions.filter((f) => place >= f.address && place < f.address + f.size);
        if (exported.length > 0) {
          const found = exported.map((f) => f.name).filter((name) => names.has(name));
          expect(found.length > 0 || exported.some((f) => f.name === '_start'), `0x${place.toString(16)}`).toBe(true);
          for (const name of found) seen.add(name);
          continue;
        }
        const start = frames.find(([from, to]) => place >= from && place < to)?.[0];
        if (start === undefined || start === elf.entry) continue;
        const range = `${server.name}@0x${start.toString(16)}`;
        expect(names.has(range) || names.has('main'), range).toBe(true);
        seen.add(names.has(range) ? range : 'main');
      }
      // And nothing else: every name has an address on a stack that lies in its function.
      expect([...names].filter((name) => !seen.has(name))).toEqual([]);
    });
  });
}
