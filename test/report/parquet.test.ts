import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../src/methods/fused/beginning.js';
import { oddUnits } from '../../src/methods/fused/detectors/unit.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { parquetSuspects, parquetUnits } from '../../src/report/parquet.js';
import { unitRowsSchema } from '../../src/report/work-schema.js';
import { unitRowsOf } from '../../src/work/unit-rows-of.js';
import { serve, traceText } from '../helpers/server.js';
import { traceFromText } from '../helpers/trace.js';
import { NASTY } from './html/hostile.js';
import { document, suspect } from './document.js';

const buffer = (bytes: Uint8Array) =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
const read = async (bytes: Uint8Array) => parquetReadObjects({ file: buffer(bytes) });

const trace = traceFromText(traceText(serve({ to: 30, rate: 20 })));
const scope = { trace, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: 30e9 };
const input = { ...scope, signatures: beginningOf(scope).signatures };
const unitRows = unitRowsOf(input);

describe('units as Parquet', () => {
  it('are read back by another program, each with its thread, its times and its kind', async () => {
    const rows = await read(await parquetUnits.bytes(document({ unitRows })));
    const found = oddUnits(input);
    expect(rows).toHaveLength(found.units.length);
    const first = rows.find((r) => r.tid === 1)!;
    expect(first).toMatchObject({ pid: 1, begin: 0, abnormal_time: expect.any(Boolean) });
    expect(String(first.kind_calls).split(', ')).toContain('epoll_wait');
    const calls = rows.reduce((sum, r) => sum + Number(r.calls), 0);
    expect(calls).toBe(found.units.calls.reduce((a, b) => a + b, 0));
    expect(
      rows.filter((r) => r.abnormal_time === true || r.abnormal_frequency === true || r.rare_kind === true),
    ).toHaveLength(found.marks.filter((m) => m !== 0).length);
    const saves = rows.filter((r) => r.tid === 2 && String(r.kind_calls).includes('fsync'));
    for (const s of saves.slice(0, -1)) expect(s.seconds).toBeLessThan(0.5);
  });

  it('say so where a trace has no durations', async () => {
    const rows = await read(await parquetUnits.bytes(document({ unitRows: { ...unitRows, seconds: null } })));
    expect(rows[0]!.seconds ?? null).toBeNull();
  });

  it('are thinned where they are too many, the abnormal ones last', () => {
    const few = unitRowsOf(input, 100);
    expect(few.tid.length).toBeLessThanOrEqual(Math.max(100, unitRows.abnormal.filter((a) => a !== 0).length));
    expect(few.left + few.tid.length).toBe(unitRows.tid.length);
    expect(few.abnormal.filter((a) => a !== 0)).toHaveLength(unitRows.abnormal.filter((a) => a !== 0).length);
    expect(unitRowsSchema.safeParse(few).success).toBe(true);
  });
});

describe('suspects as Parquet', () => {
  it('are read back by another program, whatever their names', async () => {
    const names = NASTY.map((name) => name.slice(0, 5000));
    const suspects = names.map((name, k) => suspect(name, { rank: k + 1, tiedWith: [name], confidence: k / 100 }));
    const bytes = await parquetSuspects.bytes(document({ suspects }));
    const rows = await read(bytes);
    // A half of a surrogate pair has no UTF-8.
    expect(rows.map((r) => r.function)).toEqual(names.map((n) => Buffer.from(n, 'utf8').toString('utf8')));
    expect(rows.map((r) => [r.rank, r.confidence])).toEqual(suspects.map((s) => [s.rank, s.confidence]));
    expect(JSON.parse(rows[0]!.call_path as string)).toEqual(['dns_resolve_recv', 'main']);
    expect(rows[0]!.external_resource ?? null).toBeNull();
    expect(parquetMetadata(buffer(bytes)).key_value_metadata).toContainEqual({ key: 'tool', value: 'perfscope 0.1.0' });
  });

  it('may be none at all', async () => {
    expect(await read(await parquetSuspects.bytes(document({ suspects: [] })))).toEqual([]);
    expect(await read(await parquetUnits.bytes(document()))).toEqual([]);
  });
});
