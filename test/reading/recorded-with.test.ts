import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inlinePool } from '../../src/pool/inline-pool.js';
import { readTrace } from '../../src/reading/ingest.js';

const START = 1_700_000_000;
/** One thread waits when the recording ends, the other has not called for long. */
const TEXT = `7 ${START}.000000 read(3, ""..., 10) = 10 <0.000100>
8 ${START}.100000 write(4, ""..., 10) = 10 <0.000100>
7 ${START}.200000 epoll_wait(5,  <detached ...>
`;

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'perfscope-recorded-'))));
afterAll(() => rmSync(dir, { recursive: true }));

async function read(name: string, meta: object | null, text = TEXT) {
  const path = join(dir, name);
  writeFileSync(path, text);
  if (meta !== null) writeFileSync(`${path}.meta.json`, JSON.stringify(meta));
  return (await readTrace([path], { pool: inlinePool })).trace;
}
const about = (to: string | null) => ({ schemaVersion: 1, tool: { name: 'perfscope' }, programs: [], to });

describe('what record wrote beside a trace', () => {
  it('tells how long the silence was with which it ends', async () => {
    const trace = await read('silent.strace', about(new Date((START + 30) * 1000).toISOString()));
    expect(trace.endNs).toBe(30e9);
    // What was under way still was then.
    expect(trace.columns.duration[2]).toBe(29.8e9);
    expect(trace.columns.duration[1]).toBe(0.1e6);
  });

  it('tells no silence where the end of the text is missing', async () => {
    const to = new Date((START + 30) * 1000).toISOString();
    const trace = await read('cut.strace', about(to), `${TEXT}8 ${START}.300000 wri`);
    expect(trace.truncated).toBe(true);
    expect(trace.endNs).toBeLessThan(1e9);
  });

  it('takes nothing away from a trace that goes on for longer, or has no end told', async () => {
    for (const to of [new Date(START * 1000).toISOString(), null, 'soon'])
      expect((await read('short.strace', about(to))).endNs).toBe(0.2e9);
    expect((await read('alone.strace', null)).endNs).toBe(0.2e9);
  });
});
