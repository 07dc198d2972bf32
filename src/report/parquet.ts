/** Apache Parquet (https://parquet.apache.org/docs/file-format), for DuckDB, pandas and their like: execution units, and suspects. */
import type { ResultDocument } from '../result.js';
import { sentence } from './messages.js';
import type { FileReporter } from './reporter.js';

type Type = 'BOOLEAN' | 'INT32' | 'DOUBLE' | 'STRING';

interface ParquetColumn {
  readonly name: string;
  readonly type: Type;
  readonly data: readonly (number | string | boolean | null)[];
  readonly nullable?: boolean;
}

export const parquetUnits: FileReporter<ResultDocument> = {
  id: 'parquet-units',
  what: 'a row an execution unit (Parquet)',
  extension: 'parquet',
  needs: ['unitRows'],
  bytes: async ({ unitRows, trace, tool }) => {
    const u = unitRows ?? NO_UNITS;
    const columns: ParquetColumn[] = [
      { name: 'pid', type: 'INT32', data: u.pid },
      { name: 'tid', type: 'INT32', data: u.tid },
      { name: 'begin', type: 'DOUBLE', data: u.begin },
      { name: 'seconds', type: 'DOUBLE', data: u.seconds ?? u.begin.map(() => null), nullable: true },
      { name: 'calls', type: 'INT32', data: u.calls },
      { name: 'kind', type: 'INT32', data: u.kind },
      { name: 'kind_calls', type: 'STRING', data: u.kind.map((k) => u.kinds[k]!) },
      { name: 'abnormal_frequency', type: 'BOOLEAN', data: u.abnormal.map((a) => (a & 1) !== 0) },
      { name: 'abnormal_time', type: 'BOOLEAN', data: u.abnormal.map((a) => (a & 2) !== 0) },
      { name: 'rare_kind', type: 'BOOLEAN', data: u.abnormal.map((a) => (a & 4) !== 0) },
    ];
    return written(columns, {
      tool: `${tool.name} ${tool.version}`,
      trace: trace.path,
      startedAt: String(trace.startedAt),
      clock: trace.clock,
      left: String(u.left),
    });
  },
};

export const parquetSuspects: FileReporter<ResultDocument> = {
  id: 'parquet-suspects',
  what: 'a row a suspect (Parquet)',
  extension: 'parquet',
  bytes: async ({ suspects, trace, tool, verdict, externalResource }) => {
    const text = (name: string, data: readonly (string | null)[]): ParquetColumn => {
      return { name, type: 'STRING', data, nullable: data.includes(null) };
    };
    const columns: ParquetColumn[] = [
      text(
        'trace',
        suspects.map(() => trace.path),
      ),
      text(
        'verdict',
        suspects.map(() => verdict),
      ),
      text(
        'external_resource',
        suspects.map(() => externalResource),
      ),
      { name: 'rank', type: 'INT32', data: suspects.map((s) => s.rank) },
      text(
        'function',
        suspects.map((s) => s.function),
      ),
      text(
        'object',
        suspects.map((s) => s.object),
      ),
      { name: 'score', type: 'DOUBLE', data: suspects.map((s) => s.score) },
      { name: 'confidence', type: 'DOUBLE', data: suspects.map((s) => s.confidence) },
      { name: 'inferred', type: 'BOOLEAN', data: suspects.map((s) => s.inferred) },
      // Lists as JSON: every reader of Parquet has strings, and few write lists alike.
      text(
        'tied_with',
        suspects.map((s) => JSON.stringify(s.tiedWith)),
      ),
      text(
        'call_path',
        suspects.map((s) => JSON.stringify(s.callPath)),
      ),
      text(
        'reasons',
        suspects.map((s) => JSON.stringify(s.evidence.map((e) => sentence(e.message, trace)))),
      ),
    ];
    return written(columns, { tool: `${tool.name} ${tool.version}` });
  },
};

const NO_UNITS: NonNullable<ResultDocument['unitRows']> = {
  tid: [],
  pid: [],
  begin: [],
  seconds: null,
  calls: [],
  kind: [],
  abnormal: [],
  kinds: [],
  left: 0,
};

async function written(columns: readonly ParquetColumn[], about: Record<string, string>): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columnData = columns.map((c) => ({ ...c, data: [...c.data], nullable: c.nullable === true }));
  const kvMetadata = Object.entries(about).map(([key, value]) => ({ key, value }));
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata }));
}
