/** Folders of `strace -ff -r`, whose times are differences between lines of different files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTrace } from '../../src/reading/ingest.js';
import { inlinePool } from '../../src/pool/inline-pool.js';
import { dumpTrace } from '../helpers/dump-trace.js';

const FIRST = `     0.000000 execve("/usr/sbin/spoold", ["/usr/sbin/spoold"], 0x7ffc /* 20 vars */) = 0 <0.000300>
     0.000400 clone(child_stack=0x7f10, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 302 <0.000050>
     0.000100 semop(5, [{sem_num=0, sem_op=-1, sem_flg=SEM_UNDO}], 1) = 0 <9.685325>
     0.000022 epoll_wait(4, [], 3, 10000) = 1 <0.046295>
     0.046330 write(6, "x", 1) = 1 <0.000010>
`;
const SECOND = `     0.000100 read(7, "x", 1) = 1 <5.000000>
     5.000050 write(7, "y", 1) = 1 <0.000020>
     0.000080 read(7, "x", 1) = 1 <4.600000>
     4.685080 semop(5, [{sem_num=0, sem_op=1, sem_flg=SEM_UNDO}], 1) = 0 <0.000020>
`;

let dir: string;
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'perfscope-clocks-'))));
afterAll(() => rmSync(dir, { recursive: true }));

async function read(edit: (text: string) => string, names = ['t.301', 't.302']) {
  const paths = names.map((name, i) => {
    const path = join(dir, name);
    writeFileSync(path, edit([FIRST, SECOND][i]!));
    return path;
  });
  const { trace, warnings } = await readTrace(paths, { pool: inlinePool });
  return { trace, warnings, rows: dumpTrace(trace).split('\n').slice(0, -1) };
}

it('puts the calls of -ff -r one after the other by their durations, and says so', async () => {
  const { trace, warnings, rows } = await read((text) => text);
  expect(warnings.map(({ code, args }) => [code, args.durations])).toEqual([['differences-between-files', true]]);
  expect(rows.map((row) => row.split(/ |:/).slice(0, 3).join(' '))).toEqual([
    '0.000000000 301 execve',
    '0.000400000 301 clone#thread',
    '0.000400000 302 read',
    '0.000500000 301 semop',
    '5.000450000 302 write',
    '5.000530000 302 read',
    '9.685610000 302 semop',
    '9.685825000 301 epoll_wait',
    '9.732155000 301 write',
  ]);
  expect(trace.threads.map(({ tid, pid }) => [tid, pid])).toEqual([
    [301, 301],
    [302, 301],
  ]);
});

it('knows that a thread which only slept has no durations to show', async () => {
  const sleeper = '     0.000100 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>\n';
  const { warnings, rows } = await read((text) => (text === SECOND ? sleeper : text));
  expect(warnings.map(({ code, args }) => [code, args.durations])).toEqual([['differences-between-files', true]]);
  expect(rows.find((row) => row.includes('epoll_wait'))).toMatch(/^9\.685825000 301 /);
});

it('keeps only the order where there are no durations either', async () => {
  const { trace, warnings, rows } = await read((text) => text.replace(/ <[\d.]+>$/gm, ''));
  expect(warnings.map(({ code, args }) => [code, args.durations])).toEqual([['differences-between-files', false]]);
  expect(trace).toMatchObject({ clock: 'none', hasDurations: false, endNs: 5 });
  expect(rows[1]).toMatch(/^0\.000000001 301 clone#thread - 302$/);
  expect(trace.threads.map(({ pid }) => pid)).toEqual([301, 301]);
});

it('tells that a single file of -ff -r contradicts its durations', async () => {
  const { warnings } = await read((text) => text, ['alone.strace']);
  expect(warnings.map(({ code }) => code)).toEqual(['differences-too-small']);
});

it('says nothing of -ff -ttt', async () => {
  let us = 1e6;
  const { warnings, trace } = await read((text) => text.replace(/^ +\S+/gm, () => `1700000000.${(us += 10)}`));
  expect(warnings).toEqual([]);
  expect(trace.clock).toBe('epoch');
});

it('says that whole seconds are coarse', async () => {
  const { warnings } = await read((text) => text.replace(/^ +\S+/gm, '12:00:01'));
  expect(warnings.map(({ code, args }) => [code, args.durations])).toEqual([['coarse-times', true]]);
});
