import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { getPriority } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pullTrigger } from '../../src/watch/face/ask.js';
import { byHand } from '../../src/watch/triggers/trigger.js';
import { until } from '../helpers/running.js';
import { folders } from './helpers/parts.js';
import { type Running, services } from './helpers/service.js';

const folder = folders();
const start = services();

/** No process has so large a number. */
const GONE = 2 ** 31 - 2;
const manual = byHand('command', 'slow');
const alert = (identity: string) => ({ ...manual, source: 'alert' as const, identity });
const stateOf = (at: string, id: string) =>
  JSON.parse(readFileSync(path.join(at, 'watch/incidents', id, 'incident.json'), 'utf8')) as { state: string };
const analysing = (s: Running) => until('an analysis', () => s.ready.watch.state.analysing !== null);
const go = (s: Running) => writeFileSync(path.join(s.scripts, 'go'), '');

/** Whether niceness may be taken back here. */
const mayHurry = spawnSync('nice', ['-n', '1', 'sh', '-c', `renice -n ${getPriority()} -p $$`]).status === 0;

describe('from a trigger to a message', () => {
  it('snapshot, analysis, delivery; all is in the folder of the incident', async () => {
    const at = folder();
    const s = await start(at);
    const { incident, joined } = await pullTrigger(path.join(at, 's'), 'checkout is slow');
    await until('a message', () => s.delivered.length === 1);
    expect(s.delivered[0]).toMatchObject({
      id: incident,
      status: 'analysed',
      lostEvents: 3,
      triggers: [{ source: 'command', reason: 'checkout is slow' }],
      outcome: { verdict: 'bug', suspects: [{ function: 'snr_resolution_cb', rank: 1 }, {}, {}] },
    });
    expect(joined).toBe(false);
    await s.stop();
    const at2 = s.delivered[0]!.folder;
    expect(readdirSync(at2).sort()).toEqual(['incident.json', 'report.html', 'result.json', 'trace']);
    expect(stateOf(at, incident)).toMatchObject({ state: 'analysed', delivered: { keep: 'done' }, attempts: 1 });
    expect(readFileSync(`${s.scripts}/runs`, 'utf8')).toContain(`trace analyze ${at2}/trace/a.strace --window 60s`);
    expect(s.rings[0]!.stopped).toBe(true);
    expect(existsSync(path.join(at, 's'))).toBe(false);
  });

  it('the socket is for its owner alone; one watch a folder', async () => {
    const at = folder();
    await start(at);
    expect((await stat(path.join(at, 's'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(at, 'watch'))).mode & 0o777).toBe(0o700);
    await expect(start(at)).rejects.toThrow('is at work in this folder');
    await expect(pullTrigger(path.join(at, 'other'), 'x')).rejects.toThrow('no watch can be reached');
  });

  it('a file that appears pulls the trigger, and is gone then', async () => {
    const at = folder();
    const triggerFile = path.join(at, 'now');
    const s = await start(at, { triggerFile });
    writeFileSync(triggerFile, 'cron found it\nslow');
    await until('a message', () => s.delivered.length === 1);
    expect(s.delivered[0]!.triggers[0]).toMatchObject({ source: 'file', reason: 'cron found it slow' });
    expect(existsSync(triggerFile)).toBe(false);
  });
});

describe('triggers that come together', () => {
  it('before the snapshot belong to one incident, however many', async () => {
    const s = await start(folder(), { rules: { after: 50, interval: 0, waiting: 1 } });
    const decisions = Array.from({ length: 80 }, () => s.ready.watch.trigger(manual));
    await until('a message', () => s.delivered.length === 1);
    expect(new Set(decisions.map((d) => d.kind))).toEqual(new Set(['open', 'join']));
    expect(s.delivered[0]!.triggers).toHaveLength(50);
    expect(s.delivered[0]!.title).toContain('slow (and 79 others)');
    expect(s.rings[0]!.snapshots).toBe(1);
  });

  it('during an analysis get a snapshot at once and wait for theirs; more than may wait are refused', async () => {
    const s = await start(folder(), { content: () => 'hang', rules: { after: 0, interval: 0, waiting: 2 } });
    const pull = async () => {
      const decision = s.ready.watch.trigger(manual);
      await until('the snapshot', () => s.ready.watch.state.next === null && s.ready.watch.state.taking === null);
      return decision.kind;
    };
    await pull();
    await analysing(s);
    expect([await pull(), await pull(), await pull()]).toEqual(['open', 'open', 'refuse']);
    expect([s.rings[0]!.snapshots, s.delivered.length]).toEqual([3, 0]);
    go(s);
    await until('messages', () => s.delivered.length === 3);
    expect(s.delivered.map((m) => m.id)).toEqual([...s.delivered.map((m) => m.id)].sort());
  });

  it('snapshots keep their distance', async () => {
    const s = await start(folder(), { rules: { after: 0, interval: 150, waiting: 9 } });
    const begun = performance.now();
    for (const n of [1, 2, 3]) {
      s.ready.watch.trigger(manual);
      await until('a snapshot', () => s.rings[0]!.snapshots === n);
    }
    expect(performance.now() - begun).toBeGreaterThan(290);
  });

  it('an alert starts one incident until it is over', async () => {
    const s = await start(folder());
    const { watch } = s.ready;
    expect(watch.trigger(alert('f1')).kind).toBe('open');
    await until('a message', () => s.delivered.length === 1);
    expect([alert('f1'), alert('f1')].map((a) => watch.trigger(a).kind)).toEqual(['repeat', 'repeat']);
    watch.resolve('f1');
    expect(watch.trigger(alert('f1')).kind).toBe('open');
    await until('a message', () => s.delivered.length === 2);
  });
});

describe('what goes wrong', () => {
  it('a snapshot that fails is tried again, and what comes meanwhile is one with it', async () => {
    const full = Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
    const s = await start(folder(), { onRing: (ring) => (ring.failure = full) });
    const { watch } = s.ready;
    watch.trigger(alert('f1'));
    await until('three tries', () => s.rings[0]!.snapshots >= 3);
    // It joins, or opens another (while one is being tried), which joins when the try has failed.
    expect(['join', 'open']).toContain(watch.trigger(alert('f2')).kind);
    expect(watch.trigger(alert('f1')).kind).toBe('repeat');
    s.rings[0]!.failure = null;
    await until('a message', () => s.delivered.length === 1);
    expect(s.delivered[0]!.triggers.map((t) => t.identity)).toEqual(['f1', 'f2']);
    expect(s.log.codes().filter((c) => c === 'watch-no-snapshot')).toHaveLength(1);
  });

  it('when its moment has left the ring it is told, and the alert counts anew', async () => {
    const s = await start(folder(), { window: 0.05, onRing: (ring) => (ring.failure = new Error('full')) });
    s.ready.watch.trigger(alert('f1'));
    await until('a message', () => s.delivered.length === 1);
    expect(s.delivered[0]).toMatchObject({ status: 'failed', failure: 'no snapshot: full', result: null });
    expect(s.ready.watch.trigger(alert('f1')).kind).toBe('open');
  });

  it.each([
    ['fail', 'the analysis failed (exit code 3): the trace is empty', 1],
    ['full', 'the analysis failed (exit code 3): cannot write the result: the disk is full', 3],
    ['die', 'the analysis was killed (SIGKILL)', 3],
  ])('an analysis that ends in %s', async (content, failure, attempts) => {
    const s = await start(folder(), { content: () => content });
    s.ready.watch.trigger(manual);
    await until('a message', () => s.delivered.length === 1);
    expect(s.delivered[0]).toMatchObject({ status: 'failed', failure });
    expect(readFileSync(`${s.scripts}/runs`, 'utf8').trim().split('\n')).toHaveLength(attempts);
  });

  it.each([0, 3])('an analysis has the niceness %i, or that of watch', async (nice) => {
    const at = folder();
    const command = [process.execPath, `${at}/scripts/analysis.mjs`];
    const analysis = { nice, hurryAfter: null, limit: 60_000, more: [], command };
    const s = await start(at, { analysis });
    s.ready.watch.trigger(manual);
    await until('a message', () => s.delivered.length === 1);
    expect(Number(readFileSync(`${s.scripts}/niceness`, 'utf8'))).toBe(Math.max(nice, getPriority()));
  });

  it.skipIf(!mayHurry)('an analysis that yields in vain gets the niceness of watch', async () => {
    const at = folder();
    const command = [process.execPath, `${at}/scripts/analysis.mjs`];
    const analysis = { nice: Math.min(19, getPriority() + 3), hurryAfter: 20, limit: 60_000, more: [], command };
    const s = await start(at, { content: () => 'yield', analysis });
    s.ready.watch.trigger(manual);
    await until('a message', () => s.delivered.length === 1);
    expect(s.delivered[0]).toMatchObject({ status: 'analysed' });
  });

  it('an analysis that takes too long is ended', async () => {
    const at = folder();
    const command = [process.execPath, `${at}/scripts/analysis.mjs`];
    const analysis = { nice: 0, hurryAfter: null, limit: 300, more: [], command };
    const s = await start(at, { content: () => 'hang', analysis });
    s.ready.watch.trigger(manual);
    await until('a message', () => s.delivered.length === 1);
    expect(s.delivered[0]).toMatchObject({ status: 'failed', failure: 'the analysis took too long' });
  });

  it('a recorder that ends is started again; what waits for its snapshot gets it before', async () => {
    const s = await start(folder(), { rules: { after: 60_000, interval: 0, waiting: 9 } });
    s.ready.watch.trigger(manual);
    s.rings[0]!.end('the program ended');
    await until('another ring', () => s.rings.length === 2);
    await until('a message', () => s.delivered.length === 1);
    expect([s.rings[0]!.snapshots, s.rings[0]!.stopped, s.rings[1]!.stopped]).toEqual([1, true, false]);
    expect(s.log.lines).toContainEqual({
      level: 'warn',
      code: 'watch-ended',
      args: { reason: 'the program ended' },
    });
  });

  it('a recorder that cannot be started again is tried ever again; one that never could be ends watch', async () => {
    const s = await start(folder(), {
      onRing: (_, n) => {
        if (n === 2) throw new Error('no rights');
      },
    });
    s.rings[0]!.end('the tracer died');
    await until('a third ring', () => s.rings.length === 3);
    expect(s.log.codes()).toContain('watch-not-started');
    const never = () => {
      throw new Error('no rights');
    };
    await expect(start(folder(), { target: { kind: 'pid', pids: [1] }, onRing: never })).rejects.toThrow('no rights');
  });

  it('a tracer that ends before its process does is started again, until that has ended, too', async () => {
    const program = spawn('sleep', ['100'], { stdio: 'ignore' });
    const s = await start(folder(), { target: { kind: 'pid', pids: [program.pid!] } });
    s.rings[0]!.end('ftrace ended: no space left on device');
    await until('another ring', () => s.rings.length === 2);
    const gone = new Promise((resolve) => program.once('exit', resolve));
    program.kill('SIGKILL');
    await gone;
    s.rings[1]!.end('the program ended');
    expect(await s.ended).toBe('the program ended');
  });

  it('of several processes one may end: the others are recorded, and it is told', async () => {
    const programs = [0, 1].map(() => spawn('sleep', ['100'], { stdio: 'ignore' }));
    const pids = programs.map((p) => p.pid!);
    const end = async (i: number) => {
      const gone = new Promise((resolve) => programs[i]!.once('exit', resolve));
      programs[i]!.kill('SIGKILL');
      await gone;
    };
    const s = await start(folder(), { target: { kind: 'pid', pids } });
    expect(s.rings[0]!.options.target).toEqual({ kind: 'pid', pids });
    await end(0);
    s.rings[0]!.end('perf ended: no space left on device');
    await until('another ring', () => s.rings.length === 2);
    expect(s.rings[1]!.options.target).toEqual({ kind: 'pid', pids: [pids[1]] });
    const told = s.log.lines.filter((l) => l.code === 'watch-process-ended');
    expect(told).toMatchObject([{ level: 'warn', args: { ended: String(pids[0]), left: String(pids[1]) } }]);
    await end(1);
    s.rings[1]!.end('the program ended');
    expect(await s.ended).toBe('the program ended');
  });

  it('when a process has ended for good, what was begun is finished', async () => {
    const s = await start(folder(), { target: { kind: 'pid', pids: [GONE] }, content: () => 'hang' });
    s.ready.watch.trigger(manual);
    await analysing(s);
    s.rings[0]!.end('the program ended');
    await until('the ring to be stopped', () => s.rings[0]!.stopped);
    go(s);
    expect(await s.ended).toBe('the program ended');
    expect(s.delivered).toHaveLength(1);
  });
});

describe('ending and beginning again', () => {
  it('what was taken and not analysed is done after a restart; alerts are remembered', async () => {
    const at = folder();
    const first = await start(at, { content: () => 'hang' });
    first.ready.watch.trigger(alert('f1'));
    await analysing(first);
    first.ready.watch.trigger({ ...manual, reason: 'another' });
    await first.stop();
    expect(first.delivered).toEqual([]);
    expect(first.ready.watch.trigger(manual).kind).toBe('refuse');
    const second = await start(at);
    go(second);
    await until('both messages', () => second.delivered.length === 2);
    expect(second.delivered.map((m) => m.triggers[0]!.reason)).toEqual(['slow', 'another']);
    expect(second.rings[0]!.snapshots).toBe(0);
    expect(second.ready.watch.trigger(alert('f1')).kind).toBe('repeat');
  });

  it('the snapshot that waits is taken at the end', async () => {
    const at = folder();
    const first = await start(at, { rules: { after: 60_000, interval: 0, waiting: 9 } });
    first.ready.watch.trigger(manual);
    await first.stop();
    const [id] = readdirSync(path.join(at, 'watch/incidents'));
    expect([first.rings[0]!.snapshots, stateOf(at, id!).state]).toEqual([1, 'taken']);
  });

  it('an analysis that ends watch each time is given up', async () => {
    const at = folder();
    const first = await start(at, { content: () => 'hang' });
    first.ready.watch.trigger(manual);
    await analysing(first);
    await first.stop();
    const [id] = readdirSync(path.join(at, 'watch/incidents'));
    const file = path.join(at, 'watch/incidents', id!, 'incident.json');
    // To be stopped is not its fault; to be found at work three times is.
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ attempts: 0 });
    writeFileSync(file, readFileSync(file, 'utf8').replace('"attempts": 0', '"attempts": 3'));
    const second = await start(at);
    await until('a message', () => second.delivered.length === 1);
    expect(second.delivered[0]!.failure).toBe('its analysis never came to an end');
  });

  it('what was not delivered is, and deliveries that are new get nothing old', async () => {
    const at = folder();
    const down = { name: 'keep', send: () => new Promise<void>(() => undefined) };
    const first = await start(at, { deliveries: [down] });
    first.ready.watch.trigger(manual);
    await until('a delivery', () => first.log.codes().includes('watch-analysed'));
    await first.stop();
    const news: string[] = [];
    const fresh = { name: 'new', send: (m: { id: string }) => Promise.resolve(void news.push(m.id)) };
    const old: string[] = [];
    const keep = { name: 'keep', send: (m: { id: string }) => Promise.resolve(void old.push(m.id)) };
    const second = await start(at, { deliveries: [fresh, keep] });
    await until('the message', () => old.length === 1);
    second.ready.watch.trigger(manual);
    await until('another', () => old.length === 2 && news.length === 1);
    expect(news).toEqual([old[1]]);
  });

  it('damaged state is told and passed over', async () => {
    const at = folder();
    const incidents = path.join(at, 'watch/incidents');
    mkdirSync(path.join(incidents, '20261129T160317Z-00'), { recursive: true });
    mkdirSync(path.join(incidents, '.20261129T160318Z-00.begun'));
    writeFileSync(path.join(at, 'watch/.lock'), 'nonsense');
    const s = await start(at);
    expect(s.log.codes()).toEqual(expect.arrayContaining(['lock-damaged', 'watch-begun', 'watch-damaged']));
    s.ready.watch.trigger(manual);
    await until('a message', () => s.delivered.length === 1);
  });

  it('keeps within its quota, and never touches what is at work', async () => {
    const at = folder();
    const s = await start(at, { content: () => `trace${' '.repeat(20_000)}`, quota: 60_000 });
    for (let n = 1; n <= 5; n++) {
      s.ready.watch.trigger(manual);
      await until('a message', () => s.delivered.length === n);
    }
    await s.stop();
    const incidents = path.join(at, 'watch/incidents');
    const kept = readdirSync(incidents).map((id) => existsSync(path.join(incidents, id, 'trace')));
    expect(kept).toEqual([false, false, false, true, true]);
  });

  it('a snapshot for which what waits leaves no room comes when there is room again', async () => {
    const content = () => `hang${' '.repeat(20_000)}`;
    const s = await start(folder(), { content, quota: 40_000 });
    const { watch } = s.ready;
    for (let n = 1; n <= 2; n++) {
      watch.trigger(manual);
      await until('a snapshot', () => s.rings[0]!.snapshots === n && watch.state.taking === null);
    }
    watch.trigger(manual);
    await until('the third to be told', () => s.log.codes().includes('watch-no-snapshot'));
    expect(s.rings[0]!.snapshots).toBe(2);
    go(s);
    await until('all messages', () => s.delivered.length === 3);
    expect(s.delivered.map((m) => m.status)).toEqual(['analysed', 'analysed', 'analysed']);
  });
});
