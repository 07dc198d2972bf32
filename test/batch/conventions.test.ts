import { describe, expect, test } from 'vitest';
import { groupIncidents, kindOf, labelsOf } from '../../src/batch/conventions.js';

const groups = (...names: string[]) =>
  groupIncidents(names.map((name) => ({ name }))).map((g) => ({
    name: g.name,
    inputs: g.inputs.map((e) => e.name),
    profiles: g.profiles.map((e) => e.name),
    signatures: g.signatures.map((e) => e.name),
  }));

describe('which files make up an incident', () => {
  test('a folder with incident.* is one, with what lies beside it', () => {
    expect(groups('a/incident.strace.gz', 'a/profile-1.strace-k.gz', 'a/case.json', 'a/oracle.strace-k.gz')).toEqual([
      { name: 'a', inputs: ['a/incident.strace.gz'], profiles: ['a/profile-1.strace-k.gz'], signatures: [] },
    ]);
  });

  test('the root itself may be the incident', () => {
    expect(groups('incident.perf.txt').map((g) => g.name)).toEqual(['']);
  });

  test('elsewhere each trace is one, and files that are none are passed over', () => {
    expect(groups('x/monday.strace', 'x/tuesday.txt.zst', 'x/README.txt', 'x/notes.md').map((g) => g.name)).toEqual([
      'x/monday.strace',
      'x/tuesday.txt.zst',
    ]);
  });

  test('the files of strace -ff are one together', () => {
    expect(groups('x/trace.101', 'x/trace.102.gz', 'x/other.7')).toMatchObject([
      { name: 'x/other', inputs: ['x/other.7'] },
      { name: 'x/trace', inputs: ['x/trace.101', 'x/trace.102.gz'] },
    ]);
  });

  test('so are those that perf record --switch-output wrote one after the other', () => {
    expect(groups('x/perf.data.2026112916574612', 'x/perf.data.2026112916584613.zst', 'x/night.data')).toMatchObject([
      { name: 'x/night.data', inputs: ['x/night.data'] },
      { name: 'x/perf.data', inputs: ['x/perf.data.2026112916574612', 'x/perf.data.2026112916584613.zst'] },
    ]);
  });

  test('profiles and signatures of a folder above count, unless there are nearer ones', () => {
    const found = groups(
      'redis/redis.signatures.json',
      'redis/1/incident.strace',
      'redis/2/incident.strace',
      'redis/2/old.signatures.json.gz',
    );
    expect(found.map((g) => g.signatures)).toEqual([
      ['redis/redis.signatures.json'],
      ['redis/2/old.signatures.json.gz'],
    ]);
  });
});

test('kinds of files by their names', () => {
  expect(
    ['a.tar.zst', 'a.zip', 'oracle.strace.gz', '.incident.strace', 'profile-1.x', 'incident.weird'].map(kindOf),
  ).toEqual(['archive', 'archive', 'other', 'other', 'profile', 'incident']);
});

test('parts of a path that are KEY=VALUE are labels', () => {
  expect(labelsOf('archive/host=web1/app=redis/2026-01-03=x/incident')).toEqual({ host: 'web1', app: 'redis' });
});
