import { gzipSync } from 'node:zlib';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { labelsOf } from '../../scripts/lab/labels.js';
import type { Fault } from '../../scripts/lab/operators.js';
import type { Incident } from '../../scripts/lab/record/incident.js';
import type { Screened } from '../../scripts/lab/screen.js';
import { type StackedCall, readStacks, surveyStacks } from '../../scripts/lab/stacks.js';
import type { Symptom } from '../../scripts/lab/symptoms.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function stacks(text: string, packages?: readonly string[]): Promise<StackedCall[]> {
  const file = path.join(folder, 'oracle.strace-k.gz');
  writeFileSync(file, gzipSync(text));
  return readStacks(file, '/opt/serverd', packages);
}

/** Calls, each with its stack in one line: `read <- get handle main`. Ten a second. */
function calls(...lines: readonly string[]): StackedCall[] {
  return lines.map((line, i) => {
    const [call, functions] = line.split(' <- ');
    return { time: i / 10, call: call!, functions: functions!.split(' ') };
  });
}

const side = (rate: number) => ({
  clients: { rate, errors: 0, errorShare: 0, p50: 1, p95: 2, p99: 3 },
  server: { cpu: 0.1, descriptors: 10 },
});

function screened(fault: Fault, over: Partial<Screened> = {}): Screened {
  const what = { id: 'x', symbol: 'get', function: 'get', visibility: 'some' as const, share: 0.1, rate: 10 };
  return { ...what, fault, before: side(100), after: side(20), symptoms: [], hits: 30, callers: ['handle'], ...over };
}

function incident(symptoms: readonly Symptom[], after = 20, anomalousEvents = 500): Incident {
  const events = { healthyEvents: 2000, healthySeconds: 20, anomalousEvents, seconds: 10 };
  return { triggeredAt: 1, before: side(100), after: side(after), symptoms, ...events, hits: 30, callers: ['handle'] };
}

const healthy = Array.from({ length: 100 }, (_, i) =>
  i % 2 ? 'read <- get handle loop main' : 'write <- put handle loop main',
);
const learned = surveyStacks([calls(...healthy)]);
const nobody = () => [];

describe('readStacks', () => {
  it("reads the program's own functions, innermost first, and leaves out libraries", async () => {
    const read = await stacks(`12 1700000000.100000 read(3, ""..., 10) = 1 <0.1>
 > /usr/lib/libc.so.6(read+0xd) [0x1]
 > /opt/serverd(get.constprop.0+0x5) [0x2]
 > /opt/serverd(ns::Server::run(int (*)(char))+0x10) [0x3]
13 1700000000.200000 <... futex resumed>) = 0 <0.2>
 > /opt/serverd(main+0x1) [0x4]
`);
    expect(read).toEqual([
      { time: 1700000000.1, call: 'read', functions: ['get', 'ns::Server::run'] },
      { time: 1700000000.2, call: 'futex', functions: ['main'] },
    ]);
  });

  it('of a program in Go reads those of its packages: without its runtime, closures and calls from hooks as one function', async () => {
    const [read] = await stacks(
      `12 1700000000.100000 fsync(3) = 0 <0.1>
 > /opt/serverd(syscall.Syscall+0x48) [0x1]
 > /opt/serverd(example.org/d/store.(*Log).sync+0x5) [0x2]
 > /opt/serverd(example.org/d/store.(*Log).sync+0x95) [0x3]
 > /opt/serverd(example.org/d/store.(*Log).run.func1+0x10) [0x4]
 > /opt/serverd(example.org/d/store.(*Log).run+0x10) [0x5]
 > /opt/serverd(example.org/d/storekeeper.Main+0x10) [0x6]
 > /opt/serverd(example.org/d/serve.Main+0x10) [0x7]
 > /opt/serverd(runtime.goexit.abi0+0x1) [0x8]
`,
      ['example.org/d/serve', 'example.org/d/store'],
    );
    expect(read!.functions).toEqual([
      'example.org/d/store.(*Log).sync',
      'example.org/d/store.(*Log).run',
      'example.org/d/serve.Main',
    ]);
  });
});

describe('labelsOf', () => {
  it('takes the call path from the stacks with the fault in', () => {
    const oracle = calls(
      'nanosleep <- get other loop main',
      // The body, run by the patched entry.
      'read <- get get other loop main',
      'read <- get get other loop main',
      'read <- get handle loop main',
    );
    const labels = labelsOf(
      screened({ operator: 'sleep', every: 1, ms: 9 }),
      incident(['latency']),
      oracle,
      learned,
      nobody,
    );
    expect(labels).toMatchObject({
      category: 'slowdown',
      rootCauseFunctions: ['get'],
      callPathFunctions: ['other', 'loop', 'main'],
      observableFunctions: [],
      rootOnOracle: 4,
    });
  });

  it('of a function that does nothing any more names the callers through which it shows', () => {
    const oracle = calls(...Array.from({ length: 60 }, () => 'write <- handle loop main'));
    const labels = labelsOf(
      screened({ operator: 'skip', every: 1, value: 0 }),
      incident(['errors']),
      oracle,
      learned,
      nobody,
    );
    // loop and main are on all stacks of learning: they say nothing about where.
    expect(labels).toMatchObject({ callPathFunctions: ['handle', 'loop', 'main'], rootOnOracle: 0 });
    expect(labels.observableFunctions).not.toContain('main');
  });

  it('without any stack of the root goes up by the callers that patched entries saw, to the nearest one on stacks', () => {
    const fault: Fault = { operator: 'compute', every: 1, ms: 9 };
    const callers: Record<string, readonly string[]> = { parse: ['lost'], scan: ['deep', 'put'], deep: ['deeper'] };
    const label = (own: readonly string[]) =>
      labelsOf(
        screened(fault, { function: 'parse', callers: own }),
        { ...incident(['cpu']), callers: [] },
        calls('read <- get handle loop main'),
        learned,
        (name) => callers[name] ?? [],
      ).callPathFunctions;
    expect(label(['scan'])).toEqual(['scan', 'put', 'handle', 'loop', 'main']);
    expect(label([])).toEqual(['lost']);
  });

  it('tells categories by what the fault does and what was seen', () => {
    const category = (fault: Fault, i: Incident, over: Partial<Screened> = {}) =>
      labelsOf(screened(fault, over), i, calls('read <- get handle main'), learned, nobody).category;
    expect(category({ operator: 'endless', every: 1 }, incident(['throughput']))).toBe('infinite-loop');
    expect(category({ operator: 'serialize', every: 1, ms: 5 }, incident(['latency']))).toBe('contention');
    expect(category({ operator: 'skip', every: 1 }, incident(['descriptors']))).toBe('leak');
    expect(category({ operator: 'skip', every: 1 }, incident(['errors'], 1, 100))).toBe('hang');
    expect(category({ operator: 'error', every: 1 }, incident(['errors'], 20), { hits: 9000 })).toBe('retry-storm');
    expect(category({ operator: 'repeat', every: 1, times: 5 }, incident(['cpu'], 20, 90_000))).toBe('retry-storm');
  });
});
