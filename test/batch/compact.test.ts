import { expect, test } from 'vitest';
import { Compact, Texts } from '../../src/batch/compact.js';
import { planJob } from '../../src/batch/incident-plan.js';
import type { IncidentJob, IncidentRecord } from '../../src/batch/job.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';

function job(name: string): IncidentJob {
  const options = {
    ...{ method: 'fused', parameters: DEFAULT_PARAMETERS, top: 10, anyProgram: false, pages: false },
    ...{ format: null, parse: {}, cache: null },
  };
  const plan = { options, learn: false, candidates: [], from: null, to: null, window: null, tool: 'test' };
  const inputs = [{ kind: 'file' as const, name, path: `/${name}`, size: 1 }];
  return planJob({ name, archive: '/archive', inputs, profiles: [], signatures: [] }, plan);
}

/** As it comes from a thread or the journal: a copy of everything. */
function recordOf({ id, name, labels, recipe, archive }: IncidentJob): IncidentRecord {
  const used = [
    { name, stamp: `1:${name}`, sha256: 'aa' },
    { name: 'redis.signatures.json', stamp: '2:2', sha256: 'bb' },
  ];
  const rest = { status: 'ok', code: null, attempts: 1, result: 'cc', seconds: 0.5 } as const;
  return structuredClone({ id, name, labels, recipe, archive, used, ...rest });
}

test('a record says the same as before, with what its job and others say already', () => {
  const compact = new Compact();
  const jobs = [job('host=web1/a.strace'), job('host=web1/b.strace')];
  const records = jobs.map((j) => compact.record(recordOf(j), j));
  expect(records).toEqual(jobs.map(recordOf));
  expect(records[0]!.labels).toBe(jobs[0]!.labels);
  expect(records[0]!.used[1]).toBe(records[1]!.used[1]);
});

test('signatures that changed in between are told apart', () => {
  const compact = new Compact();
  const [a, b] = [job('a'), job('b')];
  const before = compact.record(recordOf(a), a);
  const used = [{ name: 'redis.signatures.json', stamp: '3:3', sha256: 'bb' }];
  expect(compact.record({ ...recordOf(b), used }, b).used).toEqual(used);
  expect(before.used[1]!.stamp).toBe('2:2');
});

test('equal texts are one', () => {
  const texts = new Texts();
  expect(['a', 'b', 'a'].map((t) => texts.one(t))).toEqual(['a', 'b', 'a']);
});
