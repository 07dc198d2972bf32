import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

interface Written {
  readonly calls: number;
  readonly events: number;
  readonly copies: number;
  readonly bytes: number;
}
type WriteCtf = (folder: string, what: { id: string; calls: number }) => Promise<Written>;

const script = new URL('../../scripts/bench/ctf.js', import.meta.url).href;
const { writeCtf } = (await import(script)) as { writeCtf: WriteCtf };
const folder = mkdtempSync(join(tmpdir(), 'perfscope-ctf-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Times of the events in the stream's packets, and how many of them are entries. */
function read(stream: Buffer, uuid: string): { times: number[]; entries: number } {
  const times: number[] = [];
  let entries = 0;
  for (let packet = 0, end = 0; packet < stream.length; packet = end) {
    expect(stream.readUInt32LE(packet)).toBe(0xc1fc1fc1);
    expect(stream.subarray(packet + 4, packet + 20).toString('hex')).toBe(uuid);
    end = packet + Number(stream.readBigUInt64LE(packet + 48)) / 8;
    let at = packet + 84;
    while (at < end) {
      const isEntry = stream.readUInt32LE(at) % 2 === 0;
      times.push(Number(stream.readBigUInt64LE(at + 4)));
      entries += Number(isEntry);
      at += isEntry ? 24 : 28;
    }
    expect(at).toBe(end);
  }
  return { times, entries };
}

it('holds an entry for each call and an exit for each that returned, in order, under a UUID of its own', async () => {
  const uuids = new Set<string>();
  for (const name of ['one', 'two']) {
    const at = join(folder, name);
    const { calls, events, copies, bytes } = await writeCtf(at, { id: 'redis-healthy', calls: 1 });
    const uuid = /uuid = "([0-9a-f-]{36})"/.exec(readFileSync(join(at, 'metadata'), 'utf8'))![1]!.replaceAll('-', '');
    const stream = readFileSync(join(at, 'channel0_0'));
    const { times, entries } = read(stream, uuid);
    expect(copies).toBe(1);
    expect(statSync(join(at, 'channel0_0')).size).toBe(bytes);
    expect([entries, times.length]).toEqual([calls, events]);
    expect(events).toBeGreaterThan(2 * calls - 100);
    expect(times.every((t, i) => i === 0 || t >= times[i - 1]!)).toBe(true);
    uuids.add(uuid);
  }
  expect(uuids.size).toBe(2);
});
