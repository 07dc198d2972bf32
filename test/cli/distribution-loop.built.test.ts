/**
 * A busy loop of a stripped server as a distribution installs it: Redis has no descriptor left for a client that waits, and tries to
 * accept it, and writes that it cannot, without end. Learned from stacks of a healthy run, analysed without stacks: blamed are functions
 * of the loop, by the addresses in which the healthy run made the same calls.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { readElf } from '../../src/binary/elf.js';
import type { ResultDocument } from '../../src/result.js';
import {
  type Recorder,
  SERVERS,
  binaryOf,
  canRecordCalls,
  canTraceStacks,
  isInstalled,
  perf,
  record,
  strace,
} from '../helpers/traced-server.js';
import { until } from '../helpers/running.js';
import { perfscope, scratchFolder } from './run.js';

const folder = scratchFolder();
afterAll(() => folder.dispose());

const redis = SERVERS.find(({ name }) => name === 'redis-server')!;
const HEALTHY_ROUNDS = 10;
/** Of the loop, lines in the server's log: what it does in a second below strace, and in half a second below perf. */
const LOOP = { strace: 5000, perf: 40_000 };
/**
 * Where no processor is free the server waits for one in the midst of everything that it does, and perf, told of calls alone, shows that as time of
 * whatever came before: who accepts may then be ninth of the suspects instead of among six, with nothing lost and the loop's writer first.
 */
const ATTEMPTS = { retry: 2 };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Requests with pauses between, then a client for whom no descriptor is left, until the server wrote so many lines about it. */
const incident = (lines: number) => async (pid: number, ask: (request: string, ms?: number) => Promise<boolean>) => {
  await healthy(pid, ask);
  const used = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  const free = [...Array(used.size + 1).keys()].find((fd) => !used.has(fd))!;
  spawnSync('prlimit', ['--pid', `${pid}`, `--nofile=${free}:`]);
  const before = written(pid);
  const waiting = ask('PING\r\n', 120_000);
  await until('a loop', () => written(pid) - before > lines);
  spawnSync('prlimit', ['--pid', `${pid}`, '--nofile=1024:']);
  await waiting;
};

/** Calls by which the process wrote, among them a line of its log a turn of the loop. */
const written = (pid: number) => Number(/^syscw: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1]);

async function healthy(_pid: number, ask: (request: string) => Promise<boolean>): Promise<void> {
  for (let round = 0; round < HEALTHY_ROUNDS; round++) {
    for (const request of redis.requests) await ask(request);
    await pause(100);
  }
}

/**
 * Functions of the server that the addresses of the innermost two of its frames lie in, by name or as `redis-server@0x...`, where a healthy run
 * makes calls that `line` tells. By the sizes of exported functions and readelf's reading of .eh_frame.
 */
function makersOf(trace: string, line: RegExp): string[][] {
  const path = binaryOf(redis.name);
  const elf = readElf(readFileSync(path));
  const frames = spawnSync('readelf', ['--debug-dump=frames', '-W', path], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  }).stdout;
  const ranges = [...frames.matchAll(/FDE cie=\S+ pc=([0-9a-f]+)\.\.([0-9a-f]+)/g)];
  const borders = ranges.map((m) => ({ start: parseInt(m[1]!, 16), end: parseInt(m[2]!, 16) }));
  const nameAt = (place: number): string => {
    const exported = elf.functions.find((f) => place >= f.address && place < f.address + f.size);
    const start = borders.find((range) => place >= range.start && place < range.end)?.start ?? 0;
    return exported?.name ?? `${redis.name}@0x${start.toString(16)}`;
  };
  return trace.split(/^(?=\d+ )/m).flatMap((record) => {
    if (!line.test(record)) return [];
    const own = [...record.matchAll(/^ > (\S+)\(.*\) \[0x([0-9a-f]+)\]/gm)].filter(([, object]) => object === path);
    return own.length < 2 ? [] : [own.slice(0, 2).map(([, , address]) => nameAt(parseInt(address!, 16) - 1))];
  });
}

const missing = !isInstalled(redis)
  ? 'redis-server is not installed'
  : !canTraceStacks()
    ? 'strace -k does not work here'
    : ['prlimit', 'readelf'].find((tool) => spawnSync(tool, ['--version']).error !== undefined);
const withoutPerf = missing ?? (canRecordCalls(folder.path) ? undefined : 'perf may not record calls here');

describe.skipIf(missing !== undefined)(
  `a busy loop of redis-server as installed${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    /** Analyses an incident with what was learned; both recorded so. */
    async function blamed(name: string, learning: Recorder, watching: Recorder, lines: number) {
      const [profile, trace] = await Promise.all([
        record(redis, folder.at(`${name}-profile`), learning, healthy),
        record(redis, folder.at(`${name}-incident`), watching, incident(lines)),
      ]);
      const signatures = folder.at(`${name}.json`);
      expect(await perfscope(['learn', profile, '-o', signatures])).toMatchObject({ code: 0 });
      const analysed = await perfscope(['analyze', trace, '--signatures', signatures, '-f', 'json']);
      const { verdict, suspects } = JSON.parse(analysed.stdout) as ResultDocument;
      return { profile, verdict, suspects };
    }

    /** As a healthy run shows them: who accepts, and who writes that. */
    function expectLoop(profile: string, { verdict, suspects }: Pick<ResultDocument, 'verdict' | 'suspects'>): void {
      const trace = readFileSync(profile, 'latin1');
      const accepting = makersOf(trace, /^\d+ +\S+ accept4?\(.* = \d/);
      const writing = makersOf(trace, /^\d+ +\S+ write\(1</);
      expect(accepting.length).toBeGreaterThan(5);
      expect(writing.length).toBeGreaterThan(5);
      expect(verdict).toBe('bug');
      const loop = new Set([...accepting, ...writing].flat());
      expect(loop).toContain(suspects[0]!.function);
      const makers = new Set(accepting.map(([innermost]) => innermost!));
      expect(suspects.slice(0, 6).some((s) => makers.has(s.function))).toBe(true);
    }

    let profile = '';

    it('is attributed to the ranges that make its calls, by strace', async () => {
      const found = await blamed('strace', strace('-k'), strace(), LOOP.strace);
      profile = found.profile;
      expectLoop(profile, found);
    });

    it.skipIf(withoutPerf !== undefined)(
      `the same by perf${withoutPerf ? ` (skipped: ${withoutPerf})` : ''}`,
      ATTEMPTS,
      async () => {
        const found = await blamed('perf', perf('--call-graph', 'dwarf'), perf(), LOOP.perf);
        expectLoop(profile, found);
      },
    );
  },
);
