import { describe, expect, it } from 'vitest';
import { PerfscopeError } from '../../src/errors.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import type { SignatureDatabase } from '../../src/signatures/database.js';
import { learnSignatures, type LearnOptions } from '../../src/signatures/learn.js';
import type { Trace } from '../../src/trace/table.js';
import { traceFromText } from '../helpers/trace.js';

const learn = (traces: Trace[], options: Partial<LearnOptions> = {}) =>
  learnSignatures(traces, { parameters: DEFAULT_PARAMETERS, ...options });

/** The episodes of a function as text: `read write 3 x 0.5`. */
function episodes(db: SignatureDatabase, name: string): string[] {
  const f = db.functions.find((candidate) => candidate.name === name)!;
  return f.episodes.map((e) => `${e.calls.map((c) => db.calls[c]!).join(' ')} ${e.support} x ${e.specificity}`);
}

const SERVER = `
  1 0.01 epoll_wait main>loop
  1 0.02 read       main>loop>serve>readQuery
  1 0.03 open       main>loop>serve>sendFile
  1 0.04 sendfile   main>loop>serve>sendFile
  1 0.05 close      main>loop>serve>sendFile
  1 0.06 epoll_wait main>loop
  1 0.07 read       main>loop>serve>readQuery
  1 0.08 open       main>loop>serve>sendFile
  1 0.09 sendfile   main>loop>serve>sendFile
  1 0.10 close      main>loop>serve>sendFile
  1 0.11 epoll_wait main>loop
  1 0.12 open       main>loop>cron>saveState
  1 0.13 write      main>loop>cron>saveState
  1 0.14 close      main>loop>cron>saveState
`;

describe('learnSignatures', () => {
  it('lists the functions with what they did', () => {
    const db = learn([traceFromText(SERVER)], {
      sources: ['/data/profile-1.gz'],
      binary: { functions: ['main', 'loop', 'never'] },
    });
    expect(db.functions.map((f) => [f.name, f.object, f.invocations, f.calls, f.ownCalls])).toEqual([
      ['cron', 'app', 1, 3, 0],
      ['loop', 'app', 1, 14, 3],
      ['main', 'app', 1, 14, 0],
      ['readQuery', 'app', 2, 2, 2],
      ['saveState', 'app', 1, 3, 3],
      ['sendFile', 'app', 2, 6, 6],
      ['serve', 'app', 2, 8, 0],
    ]);
    expect(db).toMatchObject({
      program: 'app',
      functionsInBinary: 3,
      calls: ['close', 'epoll_wait', 'open', 'read', 'sendfile', 'write'],
      learned: { events: 14, eventsWithStack: 14, sources: ['profile-1.gz'] },
    });
  });

  it('keeps closed episodes with support and the share of their occurrences inside the function', () => {
    const db = learn([traceFromText(SERVER)]);
    expect(episodes(db, 'serve')).toEqual(['read open sendfile close 2 x 1']);
    expect(episodes(db, 'readQuery')).toEqual(['read 2 x 1']);
    expect(episodes(db, 'loop')).toEqual([
      'close 3 x 1',
      'epoll_wait 3 x 1',
      'open 3 x 1',
      'epoll_wait read open sendfile close 2 x 1',
      'read open sendfile close epoll_wait 2 x 1',
    ]);
  });

  it('describes a function that did nothing twice by what it did once', () => {
    expect(episodes(learn([traceFromText(SERVER)]), 'saveState')).toEqual(['open write close 1 x 1']);
  });

  it('counts occurrences outside the function against it', () => {
    const trace = traceFromText(`
      1 0.1 read  main>a
      1 0.2 read  main>b
      1 0.3 write main>b
      1 0.4 read  main>c
      1 0.5 read  main>a
    `);
    expect(episodes(learn([trace]), 'a')).toEqual(['read 2 x 0.5']);
    expect(episodes(learn([trace]), 'b')).toEqual(['read write 1 x 1']);
  });

  it('prunes to the best by support x specificity', () => {
    const db = learn([traceFromText(SERVER)], { parameters: { ...DEFAULT_PARAMETERS, signatureEpisodes: 2 } });
    expect(episodes(db, 'loop')).toEqual(['close 3 x 1', 'epoll_wait 3 x 1']);
  });

  it('does not depend on the order of the traces', () => {
    const [a, b] = [
      traceFromText(SERVER),
      traceFromText('9 0.1 accept4 main>loop>accept\n9 0.2 fcntl main>loop>accept'),
    ];
    expect(learn([a, b])).toEqual(learn([b, a]));
  });

  it('leaves out what --exclude names and keeps its callers', () => {
    const db = learn([traceFromText(SERVER)], { exclude: ['serve', 'cron'] });
    expect(db.functions.map((f) => f.name)).toEqual(['loop', 'main', 'readQuery', 'saveState', 'sendFile']);
  });

  it('says what is missing when there are no stacks, or none of the program', () => {
    const fails = (trace: Trace, options: Partial<LearnOptions> = {}) => {
      try {
        learn([trace], options);
      } catch (error) {
        return error as PerfscopeError;
      }
      throw new Error('learned something');
    };
    const bare = fails(traceFromText('1 0.1 read'));
    expect([bare.code, bare.advice]).toEqual(['no-stacks', expect.stringContaining('strace -f')]);
    const libc = '/usr/lib/libc.so.6';
    expect(fails(traceFromText(`1 0.1 read clone@${libc}>read@${libc}`)).code).toBe('no-stacks');
    const stripped = fails(traceFromText('1 0.1 read @/usr/bin/srv'));
    expect([stripped.message, stripped.advice]).toEqual([
      expect.stringContaining('stripped'),
      expect.stringContaining('--binary'),
    ]);
    expect(fails(traceFromText('1 0.1 read main>f'), { program: 'nginx' }).code).toBe('program-mismatch');
  });
});
