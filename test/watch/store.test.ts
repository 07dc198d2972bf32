import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { incidentId } from '../../src/watch/incident.js';
import { Store } from '../../src/watch/store.js';
import { folders, incident, log } from './helpers/parts.js';

const folder = folders();
const [A, B] = ['20261129T160317Z-00', '20261129T160317Z-01'];

async function store(at = folder()) {
  const said = log();
  return { store: await Store.open(at, said.say), said, at, incidents: path.join(at, 'incidents') };
}
const withTrace =
  (id: string, bytes: number, state: 'taken' | 'analysed' = 'analysed') =>
  (trace: string) => {
    writeFileSync(path.join(trace, 'a.strace'), 'x'.repeat(bytes));
    return Promise.resolve(incident({ id, state }));
  };

describe('the folder of incidents', () => {
  it('is read back as it was written', async () => {
    const { store: s, at } = await store();
    await s.create(A, withTrace(A, 100));
    await s.create(B, withTrace(B, 200, 'taken'));
    await s.save({ ...s.get(A)!, delivered: { stdout: 'done' } });
    const { store: again, said } = await store(at);
    expect(again.all()).toEqual(s.all());
    expect(again.all().map((i) => [i.id, i.delivered])).toEqual([
      [A, { stdout: 'done' }],
      [B, {}],
    ]);
    expect(again.bytes).toBe(s.bytes);
    expect(said.lines).toEqual([]);
  });

  it('an incident is there whole or not at all', async () => {
    const { store: s, incidents } = await store();
    const failing = s.create(A, (trace) => {
      writeFileSync(path.join(trace, 'a.strace'), 'x');
      return Promise.reject(new Error('ENOSPC'));
    });
    await expect(failing).rejects.toThrow('ENOSPC');
    expect([s.has(A), readdirSync(incidents)]).toEqual([false, []]);
  });

  it('what is damaged, cut short or foreign is told, and the rest is there', async () => {
    const { store: s, at, incidents } = await store();
    await s.create(A, withTrace(A, 100));
    const broken = (name: string, text: string) => {
      mkdirSync(path.join(incidents, name));
      writeFileSync(path.join(incidents, name, 'incident.json'), text);
    };
    broken(B, '{"document":');
    broken('20261129T160317Z-02', JSON.stringify(incident({ id: A })));
    broken('20261129T160317Z-03', JSON.stringify({ ...incident(), state: 'odd' }));
    mkdirSync(path.join(incidents, '20261129T160317Z-04'));
    symlinkSync('/etc', path.join(incidents, 'etc'));
    mkdirSync(path.join(incidents, '.20261129T160317Z-05.begun/trace'), { recursive: true });
    const { store: again, said } = await store(at);
    expect(again.all().map((i) => i.id)).toEqual([A]);
    expect(said.codes().sort()).toEqual(['watch-begun', ...Array(4).fill('watch-damaged'), 'watch-foreign']);
    expect(existsSync(path.join(incidents, '.20261129T160317Z-05.begun'))).toBe(false);
    expect(existsSync('/etc/passwd')).toBe(true);
    // The name of what is damaged is not given away once more.
    expect([again.isTaken(B), again.has(B)]).toEqual([true, false]);
  });

  it('writes that come at once leave the last of them', async () => {
    const { store: s, incidents } = await store();
    await s.create(A, withTrace(A, 100));
    await Promise.all([1, 2, 3, 4].map((attempts) => s.save({ ...s.get(A)!, attempts })));
    const file = JSON.parse(readFileSync(path.join(incidents, A, 'incident.json'), 'utf8')) as object;
    expect(file).toEqual(s.get(A));
    expect(readdirSync(path.join(incidents, A)).sort()).toEqual(['incident.json', 'trace']);
  });

  it('keeps within its quota: the oldest trace goes first, and its report stays', async () => {
    const { store: s, incidents, said } = await store();
    await s.create(A, withTrace(A, 5000));
    await s.create(B, withTrace(B, 5000));
    writeFileSync(path.join(incidents, A, 'report.html'), 'page');
    await s.makeRoom(9000, () => new Set(), 0);
    expect(readdirSync(path.join(incidents, A)).sort()).toEqual(['incident.json', 'report.html']);
    expect([A, B].map((id) => s.get(id)!.snapshot!.kept)).toEqual([false, true]);
    await s.makeRoom(100, () => new Set([B]), 0);
    expect(s.all().map((i) => i.id)).toEqual([B]);
    expect(said.codes()).toEqual(['watch-trace-removed', 'watch-incident-removed']);
  });

  it('two that want room at once do not remove the same', async () => {
    const { store: s, said } = await store();
    const ids = Array.from({ length: 8 }, (_, i) => A.replace(/.$/, String(i)));
    for (const id of ids) await s.create(id, withTrace(id, 5000));
    const room = () => s.makeRoom(100, () => new Set(), 0);
    const first = room();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await Promise.all([first, room()])).toEqual([true, true]);
    expect(s.count).toBe(0);
    expect(said.lines).toHaveLength(ids.length);
  });
});

describe('names of incidents', () => {
  it('sort by time, and are given once', () => {
    const taken = new Set<string>();
    const at = Date.UTC(2026, 10, 29, 16, 3, 17, 500);
    for (let i = 0; i < 150; i++) taken.add(incidentId(at, (id) => taken.has(id)));
    expect(taken.size).toBe(150);
    expect([...taken].slice(0, 2)).toEqual([A, B]);
    expect([...taken].sort()).toEqual([...taken]);
  });
});
