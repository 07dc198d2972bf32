import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../src/methods/fused/beginning.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { workSchema } from '../../src/report/work-schema.js';
import type { Work } from '../../src/work/work.js';
import { workOf } from '../../src/work/work-of.js';
import { type Line, type ServerLoad, serve, traceText } from '../helpers/server.js';
import { traceFromText } from '../helpers/trace.js';

export function workOfServer(load: ServerLoad, more: readonly Line[] = []): Work {
  const trace = traceFromText(traceText(serve(load), more));
  const scope = { trace, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: load.to * 1e9 };
  return workOf({ ...scope, signatures: beginningOf(scope).signatures });
}

describe('work of a window', () => {
  const work = workOfServer({ to: 40, rate: 20 });
  const kind = (call: string) => work.kinds.filter((k) => k.calls.includes(call));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

  it('counts units by what they do, when they begin, how long they take and how many calls they issue', () => {
    // 800 requests, of which each fifth opens a file; 80 saves.
    const plain = kind('write').filter((k) => !k.calls.includes('openat') && k.calls.includes('epoll_wait'));
    expect(sum(plain.flatMap((k) => k.units))).toBeGreaterThan(600);
    const saves = kind('fsync');
    expect(sum(saves.flatMap((k) => k.units))).toBeGreaterThanOrEqual(79);
    for (const k of saves) expect(sum(k.issued)).toBeGreaterThanOrEqual(2 * sum(k.units));
    for (const k of work.kinds) expect([k.units.length, k.issued.length, k.seconds!.length]).toEqual([40, 40, 40]);
    // An even load: no cell is empty of requests.
    const requests = plain[0]!.units.map((_, c) => sum(plain.map((k) => k.units[c]!)));
    expect(Math.min(...requests)).toBeGreaterThan(8);
  });

  it('lists frequent episodes, and all that is frequent is part of one', () => {
    const { found, floor, seconds } = work.episodes;
    expect(seconds).toBeCloseTo(40, 6);
    const serving = ['openat:file', 'read:file', 'close:file'];
    const holds = found.filter(({ calls }) => calls.join(' ').includes(serving.join(' ')));
    expect(Math.max(...holds.map((e) => e.count))).toBe(160);
    for (const e of found) expect(e.count).toBeGreaterThan(floor);
  });

  it('fits its schema', () => {
    expect(workSchema.safeParse(JSON.parse(JSON.stringify(work))).success).toBe(true);
  });
});
