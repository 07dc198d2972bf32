import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../scripts/lab/lab.js';
import { type StoreOptions, store } from '../../scripts/lab/record/store.js';
import { rngOf } from '../../scripts/lab/rng.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function stored(text: string, options: StoreOptions) {
  const [from, to] = [path.join(folder, 'raw'), path.join(folder, 'kept.gz')];
  writeFileSync(from, text);
  const counts = await store({ folder } as Lab, 'knot', from, to, options);
  const packed = readFileSync(to);
  return { counts, size: packed.length, lines: gunzipSync(packed).toString('latin1').trimEnd().split('\n') };
}

/** Calls with stacks, 100 a second for 60 s, that do not compress well. */
const random = rngOf('store');
const START = 1_700_000_000;
const call = (i: number) =>
  `77 ${(START + i / 100).toFixed(6)} read(3, ""..., ${random.below(1e9)}) = ${random.below(1e9)} <0.0000${random.below(99)}>`;
const frame = (i: number) => ` > ${folder}/build/knot/knotd(f${i % 9}+0x${random.below(1e6).toString(16)}) [0x1]`;
const trace = Array.from({ length: 6000 }, (_, i) => `${call(i)}\n${frame(i)}\n`).join('');
const time = (line: string) => Number(line.split(' ')[1]);

describe('store', () => {
  it("takes the lab's folders out and counts calls on both sides of the trigger", async () => {
    const around = { triggeredAt: START + 40, keepBefore: 9 };
    const { counts, lines } = await stored(trace, { bytes: 1e9, around });
    expect(lines[1]).toMatch(/^ > \/opt\/knotd\(f0/);
    expect(lines.join('\n')).not.toContain(folder);
    expect(counts).toMatchObject({ before: 4000, after: 2000 });
    expect(counts.secondsBefore).toBeCloseTo(40);
  });

  it.each([120_000, 60_000])(
    'cut to %i bytes keeps what is around the trigger, stacks with their calls',
    async (bytes) => {
      const around = { triggeredAt: START + 40, keepBefore: 9 };
      const { counts, size, lines } = await stored(trace, { bytes, around });
      expect(size).toBeLessThanOrEqual(bytes);
      const calls = lines.filter((l) => !l.startsWith(' >'));
      expect(lines.length).toBe(2 * calls.length);
      expect(time(lines[0]!)).toBeLessThanOrEqual(around.triggeredAt - around.keepBefore);
      expect(counts.before).toBe(calls.filter((l) => time(l) < around.triggeredAt).length);
      expect(counts.after).toBe(calls.length - counts.before);
      expect(counts.before).toBeGreaterThan(890);
      expect(counts.after).toBeGreaterThan(0);
      // No gap: what is left is one stretch.
      expect(calls.length).toBe(Math.round((time(calls.at(-1)!) - time(calls[0]!)) * 100) + 1);
    },
  );

  it('counts a call once, where it begins, and perf by its entries', async () => {
    const strace = `7 ${START}.000000 futex(0x1, FUTEX_WAIT <unfinished ...>
8 ${START}.100000 read(3, ""..., 9) = 9 <0.1>
7 ${START}.300000 <... futex resumed>) = 0 <0.3>
`;
    expect((await stored(strace, { bytes: 1e9 })).counts).toMatchObject({ before: 2, after: 0 });
    const perf = `knotd 7/8 [001] 100.000000001: raw_syscalls:sys_enter: NR 0 (3, 0, 0, 0, 0, 0)
knotd 7/8 [001] 100.500000001: raw_syscalls:sys_exit: NR 0 = 1
knotd 7/8 [001] 100.500000002: sched:sched_switch: prev_comm=knotd prev_pid=8 prev_prio=120 prev_state=S ==> next_comm=secret next_pid=99 next_prio=120
knotd 7/8 [001] 101.000000001: raw_syscalls:sys_enter: NR 0 (3, 0, 0, 0, 0, 0)
`;
    const { counts, lines } = await stored(perf, { bytes: 1e9, around: { triggeredAt: 100.9, keepBefore: 9 } });
    expect(counts).toMatchObject({ before: 1, after: 1 });
    // Programs that are none of the server's are nobody's business.
    expect(lines[2]).toContain('next_comm=other next_pid=99');
  });
});
