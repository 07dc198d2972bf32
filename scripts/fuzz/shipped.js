// What the fuzzer changes: beginnings of shipped traces, and of every kind of file that perfscope writes and reads again.
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { analyzeIncident, evaluate, learn, writeSignatures } from '../../dist/src/index.js';
import { DEFAULT_PARAMETERS } from '../../dist/src/parameters.js';

const BUGS = fileURLToPath(new URL('../../datasets/bugs', import.meta.url));
const PERF_DATA = fileURLToPath(new URL('../../test/formats/golden/perf-data', import.meta.url));
/** Text of a file at most: its beginning tells most of what a reader can meet. */
const MOST_TEXT = 30_000;

/** @param {string} folder where what belongs together is written */
export async function shipped(folder) {
  const at = (name) => path.join(folder, name);
  const originals = [];
  const add = (name, bytes, kind = 'text') => originals.push({ name, bytes: Buffer.from(bytes), kind });
  const addJson = (name, value) => add(name, JSON.stringify(value, null, 1), 'json');
  const addLines = (name, values) => add(name, values.map((v) => `${JSON.stringify(v)}\n`).join(''));

  for (const bug of ['redis-849', 'memcached-8c02ee8', 'bull-1304']) {
    for (const name of readdirSync(path.join(BUGS, bug)).filter((n) => /^(?:incident|profile-1)\..*\.gz$/.test(n))) {
      const text = gunzipSync(readFileSync(path.join(BUGS, bug, name))).subarray(0, MOST_TEXT);
      add(`${bug}-${name.slice(0, -3)}`, text);
    }
  }
  const beginning = (name) => originals.find((o) => o.name.startsWith(name)).bytes;
  const whole = { signatures: at('whole.signatures.json'), trace: at('whole.strace'), results: [] };
  writeFileSync(whole.trace, beginning('redis-849-incident'));
  writeFileSync(at('whole.strace-k'), beginning('redis-849-profile'));
  const { signatures } = await learn([path.join(BUGS, 'redis-849', 'profile-1.strace-k.gz')], { jobs: 1 });
  await writeSignatures(signatures, whole.signatures);
  add('x.signatures.json', readFileSync(whole.signatures));
  add('list.jsonl', '{"trace":"a.strace","profiles":["b"],"name":"ok","labels":{"host":"h"}}\n'.repeat(5));
  add('list.csv', 'ts,pid,tid,comm,syscall,ret,dur\n' + '1000.5,1,1,srv,read,5,0.001\n'.repeat(50));
  const tar = at('whole.tar');
  if (spawnSync('tar', ['-cf', tar, '-C', folder, 'whole.strace', 'whole.strace-k']).status === 0)
    add('whole.tar', readFileSync(tar), 'bytes');

  for (const [end, program, ...args] of [
    ['gz', 'gzip', '-c'],
    ['xz', 'xz', '-c'],
    ['zst', 'zstd', '-qc'],
  ]) {
    const { status, stdout } = spawnSync(program, [...args, whole.trace], { maxBuffer: 2 ** 24 });
    if (status === 0) add(`packed.strace.${end}`, stdout, 'bytes');
  }
  const zip = at('whole.zip');
  if (spawnSync('zip', ['-qj', zip, whole.trace]).status === 0) add('whole.zip', readFileSync(zip), 'bytes');

  for (const name of readdirSync(PERF_DATA).filter((n) => n.endsWith('.data.gz')))
    add(name.slice(0, -3), gunzipSync(readFileSync(path.join(PERF_DATA, name))), 'bytes');

  const result = await analyzeIncident([whole.trace], { signatures: whole.signatures, anyProgram: true, jobs: 1 });
  const methods = ['fused', 'perfscope'];
  const evaluation = await evaluate([path.join(BUGS, 'mosquitto-quiet')], { methods, jobs: 1, cache: null });
  for (const [name, value] of [
    ['x.result.json', result],
    ['x.evaluation.json', evaluation],
  ]) {
    addJson(name, value);
    writeFileSync(at(`whole.${name}`), JSON.stringify(value));
    whole.results.push(at(`whole.${name}`));
  }
  const record = recordOf(jobOf(whole.trace));
  addJson('x.request.json', requestOf(jobOf(whole.trace), record));
  addLines('journal.jsonl', [{ document: 'perfscope-batch-journal', schemaVersion: 1 }, record, record]);
  addLines('history.jsonl', [nightOf(evaluation), nightOf(evaluation)]);
  addJson('x.baseline.json', baseline());
  addJson('x.case.json', JSON.parse(readFileSync(path.join(BUGS, 'redis-849', 'case.json'), 'utf8')));
  addJson('x.config.json', { top: 3, unitGap: 0.3, format: ['json'], timeLimit: '5m', anyProgram: true });
  addJson('watch.config.json', {
    ...{ window: '5m', maxRing: '1G', quota: '10G', after: '5s', minInterval: '1m', maxWaiting: 4, nice: 5 },
    ...{ detect: ['cpu'], webhook: ['http://127.0.0.1:1/'], listen: '127.0.0.1:9464', queueName: 'x', learn: true },
  });
  addJson('x.webhook.json', webhook());
  addJson('x.incident.json', INCIDENT);
  return { originals, whole };
}

/** As Alertmanager posts it. */
function webhook() {
  const alert = {
    labels: { alertname: 'SlowAnswers', instance: 'web1:9100', severity: 'page' },
    annotations: { summary: 'answers take 5 s' },
    startsAt: '2026-11-29T16:53:00.000Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
  };
  const alerts = [
    { status: 'firing', ...alert, fingerprint: 'c0ffee' },
    { status: 'firing', ...alert },
    { status: 'resolved', ...alert, fingerprint: 'decade' },
  ];
  const group = { receiver: 'perfscope', groupLabels: {}, commonLabels: {}, commonAnnotations: {}, truncatedAlerts: 0 };
  return { version: '4', groupKey: '{}:{}', status: 'firing', ...group, externalURL: 'http://alerts', alerts };
}

const OPENED_AT = '2026-11-29T16:53:00.000Z';

/** An incident as `watch` keeps it. */
export const INCIDENT = {
  document: 'perfscope-incident',
  schemaVersion: 1,
  id: '20261129T165300Z-00',
  host: 'web1',
  openedAt: OPENED_AT,
  state: 'analysed',
  triggers: [{ at: OPENED_AT, source: 'alert', reason: 'slow', identity: 'c0ffee', labels: { severity: 'page' } }],
  moreTriggers: 0,
  snapshot: { takenAt: OPENED_AT, backend: 'perf', format: 'perf-data', files: ['x'], bytes: 9, lost: 0, kept: true },
  attempts: 1,
  outcome: {
    ...{ verdict: 'bug', externalResource: null, odds: 3, words: 'the server itself', reasons: ['it loops'] },
    ...{ suspects: [{ rank: 1, function: 'retry', confidence: 0.9, tied: 0 }], events: 100, seconds: 1.5 },
  },
  failure: null,
  delivered: { slack: 'done' },
};

/** An incident as the queue has it. */
function jobOf(trace) {
  const ref = { name: 'a.strace', size: 100, kind: 'file', path: trace };
  const member = { name: 'p', size: 9, kind: 'member', archive: '/a.tar', member: 'p', at: 512 };
  const options = { method: 'fused', parameters: DEFAULT_PARAMETERS, top: 10, anyProgram: false, format: null };
  return {
    id: 'a.strace',
    name: 'a.strace',
    inputs: [ref],
    profiles: [member],
    candidates: [{ ref: { name: 's', size: 5, kind: 's3', url: 's3://b/k', etag: 'e' }, program: null }],
    learn: false,
    program: null,
    version: null,
    labels: { host: 'h' },
    from: null,
    to: null,
    window: '5m',
    options: { ...options, parse: {}, cache: null },
    recipe: 'r',
  };
}

function recordOf({ id, name, labels, recipe }) {
  const used = [{ name: 'a.strace', stamp: '1:2:3:4', sha256: '0'.repeat(64) }];
  const told = { id, name, labels, recipe, used };
  return { ...told, status: 'ok', code: null, attempts: 1, result: '0'.repeat(64), seconds: 1.5, archive: '/a' };
}

function requestOf(incident, record) {
  const request = { incident, place: '/results', incidentTime: 600, spreadFrom: null };
  return { key: `${incident.id}.0123456789abcdef`, request, answer: { record, worker: 'w' } };
}

/** A line of a history. */
function nightOf({ methods, tool }) {
  const { related } = methods.fused.total;
  return {
    schemaVersion: 1,
    at: '2026-01-01T00:00:00Z',
    label: null,
    version: tool.version,
    status: 'ok',
    passed: true,
    crossed: [],
    methods: { fused: { ...related, guilty: 1, verdictsRight: 1, falseAlarms: 0, failed: 0 } },
    time: { read: 1 },
    memory: 1,
    calibration: { seconds: 0.4, bytes: 1e8 },
    ranks: { fused: { a: 1, b: null } },
  };
}

/** The shipped baseline with a few of its cases. */
function baseline() {
  const whole = JSON.parse(readFileSync(path.join(BUGS, 'baseline.json'), 'utf8'));
  const few = (cases) => Object.fromEntries(Object.entries(cases).slice(0, 3));
  return { ...whole, methods: { fused: few(whole.methods.fused) }, costs: few(whole.costs ?? {}) };
}
