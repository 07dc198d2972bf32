/** `watch` as a whole in this process, with a ring that records nothing and an analysis that is a script. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach } from 'vitest';
import { PerfscopeError } from '../../../src/errors.js';
import type { Delivery } from '../../../src/watch/deliveries/delivery.js';
import type { IncidentMessage } from '../../../src/watch/deliveries/message.js';
import { type Ready, type ServiceOptions, runWatch } from '../../../src/watch/service.js';
import { until } from '../../helpers/running.js';
import { document } from '../../report/document.js';
import { FakeRing, type Log, log } from './parts.js';

/** Writes what the result is, unless the trace says otherwise: `fail`, `die`, `hang`, `yield` as long as it is nicer than watch. */
const ANALYSIS = `
import { existsSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { getPriority } from 'node:os';
const args = process.argv.slice(2);
const trace = readFileSync(args[1], 'utf8').trim();
const out = Object.fromEntries(args.filter((a) => /^(json|html)=/.test(a)).map((a) => a.split(/=(.*)/s)));
const here = import.meta.dirname;
appendFileSync(here + '/runs', trace + ' ' + args.join(' ') + '\\n');
writeFileSync(here + '/niceness', String(getPriority()));
if (trace === 'fail') {
  console.error(JSON.stringify({ level: 50, msg: 'the trace is empty', code: 'input-empty' }));
  process.exit(3);
}
if (trace === 'full') {
  console.error(JSON.stringify({ level: 50, msg: 'cannot write the result: the disk is full', code: 'output' }));
  process.exit(3);
}
if (trace === 'die') process.kill(process.pid, 'SIGKILL');
if (trace === 'hang') while (!existsSync(here + '/go')) await new Promise((r) => setTimeout(r, 2));
if (trace === 'yield') while (getPriority() > getPriority(process.ppid)) await new Promise((r) => setTimeout(r, 2));
writeFileSync(out.html, '<!doctype html><p>page');
writeFileSync(out.json, readFileSync(here + '/result.json'));
`;

export interface Running {
  readonly ready: Ready;
  readonly rings: FakeRing[];
  readonly log: Log;
  readonly delivered: IncidentMessage[];
  readonly ended: Promise<string>;
  readonly scripts: string;
  stop(): Promise<string>;
}

export interface Part extends Partial<Omit<ServiceOptions, 'folder'>> {
  /** What the next snapshots hold. */
  readonly content?: () => string;
  readonly onRing?: (ring: FakeRing, n: number) => void;
}

/** Starts one; what still runs at the end of a test is stopped. */
export function services(): (folder: string, part?: Part) => Promise<Running> {
  const running = new Set<() => Promise<string>>();
  afterEach(async () => {
    await Promise.all([...running].map((stop) => stop().catch(() => undefined)));
    running.clear();
  });
  return async (folder, part = {}) => {
    const scripts = path.join(folder, 'scripts');
    mkdirSync(scripts, { recursive: true });
    writeFileSync(path.join(scripts, 'analysis.mjs'), ANALYSIS);
    writeFileSync(path.join(scripts, 'result.json'), JSON.stringify(document()));
    const said = log();
    const rings: FakeRing[] = [];
    const delivered: IncidentMessage[] = [];
    const keep: Delivery = { name: 'keep', send: (m) => Promise.resolve(void delivered.push(m)) };
    const controller = new AbortController();
    let ready: Ready | null = null;
    const ended = runWatch({
      target: { kind: 'comm', name: 'nothing' },
      folder: path.join(folder, 'watch'),
      socket: path.join(folder, 's'),
      window: 60,
      maxRing: 1e6,
      rules: { after: 0, interval: 0, waiting: 16 },
      quota: 1e9,
      analysis: {
        // A machine that has much to do keeps no test waiting.
        nice: 0,
        hurryAfter: null,
        limit: 60_000,
        more: ['--top', '3'],
        command: [process.execPath, `${scripts}/analysis.mjs`],
      },
      deliveries: [keep],
      listen: null,
      token: null,
      publicUrl: null,
      triggerFile: null,
      detect: [],
      detectEvery: 1000,
      retry: 20,
      patience: 20,
      say: said.say,
      signal: controller.signal,
      start: (options) => {
        const ring = new FakeRing(options, part.content);
        rings.push(ring);
        part.onRing?.(ring, rings.length);
        return Promise.resolve(ring);
      },
      ...part,
      onReady: (r) => (ready = r),
    });
    let over = false;
    ended.then(
      () => (over = true),
      () => (over = true),
    );
    const stop = () => {
      controller.abort(new PerfscopeError('interrupted', 'interrupted'));
      return ended;
    };
    running.add(stop);
    await until('watch to be ready', () => ready !== null || over);
    if (ready === null)
      throw await ended.then(
        () => new Error('it ended'),
        (error: unknown) => error,
      );
    return { ready, rings, log: said, delivered, ended, scripts, stop };
  };
}
