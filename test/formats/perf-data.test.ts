/** Recordings of perf against what perf script makes of them (golden/perf-data), and against what it makes of new ones where perf works. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { binaryFormat } from '../../src/formats/index.js';
import { perfScript } from '../../src/formats/perf/script.js';
import { NO_STACK } from '../../src/trace/stacks.js';
import type { Trace } from '../../src/trace/table.js';
import { readPerfData, sharedFacts } from './read-perf-data.js';
import { readBytes } from './read-text.js';

const folder = new URL('golden/perf-data/', import.meta.url);
const names = readdirSync(folder).flatMap((file) => /^(.+)\.data\.gz$/.exec(file)?.[1] ?? []);
const golden = (file: string) => gunzipSync(readFileSync(new URL(file, folder)));

/** Per call: files and places in them, innermost first. */
function placesOf({ stacks, columns, length }: Trace): string[] {
  return Array.from({ length }, (_, row) => {
    const places: string[] = [];
    for (let s = columns.stack?.[row] ?? NO_STACK; s !== NO_STACK; s = stacks!.prefix[s]!) {
      const frame = stacks!.frame[s]!;
      places.push(`${stacks!.objects[stacks!.frameObject[frame]!]} ${stacks!.frameAddress[frame]}`);
    }
    return places.join(' < ');
  });
}

const facts = (trace: Trace) => ({ ...sharedFacts(trace), places: placesOf(trace) });

describe.each(names)('%s', (name) => {
  const bytes = golden(`${name}.data.gz`);

  it('is read as the text of perf script is', async () => {
    const expected = facts(readBytes(perfScript, golden(`${name}.txt.gz`)));
    expect(expected.length).toBeGreaterThan(0);
    const { trace, messages, origin } = (await readPerfData(bytes))!;
    expect(facts(trace)).toEqual(expected);
    expect(messages).toEqual([]);
    expect(trace.skipped).toEqual({ lines: 0, examples: [] });
    expect(origin).toMatch(/^of vm, Linux 6\.18\.44-generic, recorded with \/usr\/bin\/perf record /);
  });

  it.each([
    [1, 1000],
    [977, 1],
    [100_000, 10_000],
  ])('is the same where %i bytes come at once, and pieces have %i', async (blockBytes, pieceBytes) => {
    const { trace } = (await readPerfData(bytes, { blockBytes, pieceBytes }))!;
    expect(facts(trace)).toEqual(facts((await readPerfData(bytes))!.trace));
  });

  it('is recognised', () => expect(binaryFormat(bytes)?.id).toBe('perf-data'));
});

const scratch = mkdtempSync(join(tmpdir(), 'perfscope-perf-data-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const perf = (...args: string[]) =>
  execFileSync('perf', args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });

/** Why perf cannot record system calls here; '' where it can. */
function whyNot(): string {
  try {
    perf('record', '-q', '-o', join(scratch, 'try.data'), '-e', 'raw_syscalls:sys_enter', '--', 'true');
    return '';
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  }
}

const obstacle = whyNot();

describe.skipIf(obstacle !== '')(`recorded now${obstacle && `: skipped, perf cannot trace here (${obstacle})`}`, () => {
  const work = 'ls / & cat /etc/hostname & (exec true) & wait';
  const calls = ['-e', 'raw_syscalls:*'];

  it.each([
    ['all fields, compressed', [...calls, '-g', '-z', '-d', '-T', '-P', '--sample-cpu', '-W']],
    [
      'a whole machine',
      [...calls, '-a', '-k', 'CLOCK_MONOTONIC', '-e', 'sched:sched_switch', '-e', 'sched:sched_process_exec'],
    ],
  ])('%s', async (name, options) => {
    const file = join(scratch, `${name}.data`);
    perf('record', '-q', '-o', file, ...options, '--', 'sh', '-c', work);
    const text = perf('script', '--ns', '-F', 'comm,pid,tid,cpu,time,event,trace', '-i', file);
    const { trace } = (await readPerfData(readFileSync(file)))!;
    expect(sharedFacts(trace)).toEqual(sharedFacts(readBytes(perfScript, text)));
  });
});
