import { describe, expect, it } from 'vitest';
import { programMatch } from '../../src/coordinator/program.js';

/** "program:comm", one word a thread, with `_` for a blank; "+comm": not the first of its process. */
const trace = (text: string) => ({
  threads: text.split(' ').map((word, i) => {
    const [program = '', name = ''] = word.replace('+', '').replaceAll('_', ' ').split(':');
    return { tid: i, pid: word.startsWith('+') ? 99 : i, name, program, parent: -1, firstNs: 0, exitNs: null };
  }),
});

describe('programMatch', () => {
  it.each([
    ['/opt/redis/redis-server:', 'redis-server', 'yes'],
    ['/bin/sh: :', 'redis-server', 'unknown'],
    ['/bin/sh: /usr/sbin/nginx:', 'redis-server', 'no'],
    [':nginx :worker', 'redis-server', 'no'],
    [':nginx :redis-server', 'redis-server', 'yes'],
    // Executed something else since: its name is of the past.
    ['/bin/sh:redis-server', 'redis-server', 'no'],
    [':a-very-long-pro', 'a-very-long-program-name', 'yes'],
    [':MainThread', 'node', 'yes'],
    ['/usr/bin/x:', '', 'unknown'],
    // Threads of a JVM have names of their own, but for the first.
    ['+:NIOServerCxnFac +:SyncThread', 'java', 'unknown'],
    ['+:NIOServerCxnFac +:C2_CompilerThre', 'java', 'yes'],
    [':java +:SyncThread', 'java', 'yes'],
    [':nginx :nginx', 'java', 'no'],
    ['+:NIOServerCxnFac +:SyncThread', 'nginx', 'no'],
  ])('%s against %s: %s', (threads, program, expected) => {
    expect(programMatch(trace(threads), program)).toBe(expected);
  });

  it('a program that was started by a link is known by its file, where the recording has that', () => {
    const threads = trace(':redis-server +:jemalloc_bg_thd');
    const builds = new Map([['/usr/bin/redis-check-rdb', 'a50d68']]);
    expect(programMatch(threads, 'redis-check-rdb')).toBe('no');
    expect(programMatch({ ...threads, builds }, 'redis-check-rdb')).toBe('yes');
    expect(programMatch({ ...threads, builds }, 'nginx')).toBe('no');
  });
});
