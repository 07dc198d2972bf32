/** The ring of files with a tracer made by hand: files that come late, at once, and at the end. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FileRing, GROWING } from '../../src/record/ring/file-ring.js';
import type { Ended, Tracer } from '../../src/record/tracer.js';
import { scratchFolder } from '../cli/run.js';

const scratch = scratchFolder();
afterAll(() => scratch.dispose());
beforeEach(
  () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] }),
);
afterEach(() => void vi.useRealTimers());

/** Writes a file where it is told to, when it is let. */
class FakeTracer implements Tracer {
  readonly pid = 1;
  asked = 0;
  private files = 0;
  private readonly listeners = new Set<(line: string) => void>();
  private over = false;
  private end!: (end: Ended) => void;
  readonly ended = new Promise<Ended>((resolve) => (this.end = resolve));

  constructor(readonly folder: string) {}

  said = () => '';
  onLine(listener: (line: string) => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  hasEnded = () => this.over;
  signal(name: NodeJS.Signals) {
    if (name === 'SIGUSR2') this.asked++;
  }
  dump() {
    const file = `${this.folder}/${GROWING}.${++this.files}`;
    writeFileSync(file, `events ${this.files}`);
    for (const listener of this.listeners) listener(`[ ftrace: Dump ${file} ]`);
  }
  stop() {
    this.dump();
    this.over = true;
    this.end({ code: 0, signal: null, error: null });
    return this.ended;
  }
}

let rings = 0;
function ringOf() {
  const folder = scratch.at(`ring-${++rings}`);
  mkdirSync(folder);
  const tracer = new FakeTracer(folder);
  const kind = {
    backend: 'ftrace',
    format: 'ftrace-ring',
    extension: 'ftrace',
    lost: () => Promise.resolve(1),
  } as const;
  const said: string[] = [];
  const options = {
    target: { kind: 'pid', pids: [1] },
    seconds: 300,
    folder,
    maxBytes: 2 ** 20,
    log: (_: string, line: string) => void said.push(line),
  } as const;
  const ring = new FileRing(kind, tracer, [], options, null);
  let snapshots = 0;
  const snapshot = () => {
    const to = `${folder}-${++snapshots}`;
    mkdirSync(to);
    return ring.snapshot(to, 300);
  };
  return { ring, tracer, folder, said, snapshot };
}
/** Until what is under way has come as far as it can. */
const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
async function asked(tracer: FakeTracer, times: number) {
  while (tracer.asked < times) await settle();
}

it('a file that comes when nobody waits for it any more is in the next snapshot, and counts', async () => {
  const { tracer, ring, snapshot } = ringOf();
  const late = expect(snapshot()).rejects.toThrow('has not ended its file within 10 s');
  await asked(tracer, 1);
  vi.advanceTimersByTime(10_000);
  await late;
  tracer.dump();
  const next = snapshot();
  await asked(tracer, 2);
  tracer.dump();
  expect((await next).paths).toHaveLength(2);
  expect(ring.status()).toMatchObject({ bytes: 16, lost: 2 });
});

it('a tracer that hangs is asked once for all that want its file meanwhile', async () => {
  const { tracer, snapshot } = ringOf();
  const first = snapshot();
  await asked(tracer, 1);
  const others = [snapshot(), snapshot(), snapshot()];
  tracer.dump();
  await first;
  await asked(tracer, 2);
  tracer.dump();
  expect((await Promise.all(others)).map((s) => s.paths.length)).toEqual([2, 2, 2]);
  expect(tracer.asked).toBe(2);
});

it('stopped while a file is taken over, it leaves nothing behind', async () => {
  const { tracer, ring, folder, snapshot } = ringOf();
  const last = snapshot();
  await asked(tracer, 1);
  tracer.dump();
  await ring.stop();
  expect(readdirSync(folder)).toEqual([]);
  await last.catch(() => undefined);
  await settle();
  expect(readdirSync(folder)).toEqual([]);
});

it.each([-86_400_000, 86_400_000])('a clock that is set by %d ms meanwhile takes nothing of the window', async (ms) => {
  const { tracer, snapshot } = ringOf();
  const take = async () => {
    const taken = snapshot();
    await asked(tracer, tracer.asked + 1);
    tracer.dump();
    return taken;
  };
  await take();
  vi.setSystemTime(Date.now() + ms);
  const { paths, to } = await take();
  expect(paths).toHaveLength(2);
  expect(Math.abs(to! - Date.now() / 1000)).toBeLessThan(60);
});
