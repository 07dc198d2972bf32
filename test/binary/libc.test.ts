import { expect, it } from 'vitest';
import { issues } from '../../src/binary/libc.js';

it.each([
  ['recvfrom', ['recv', 'recvfrom', '__recv_chk'], ['recvmsg', 'send', 'read']],
  ['futex', ['pthread_mutex_lock', 'pthread_cond_timedwait'], ['pthread_self']],
  ['openat', ['open', 'open64', 'fopen64', 'openat64', '__open_2'.slice(0, -2)], ['close', 'popen']],
  ['newfstatat', ['stat', 'stat64', '__xstat64', 'lstat'], ['statfs']],
  ['pread64', ['pread64', 'pread'], ['read']],
  ['clock_nanosleep', ['usleep', 'nanosleep'], ['sleepy']],
  ['constructor', ['constructor'], ['toString']],
])('%s', (call, issuers, others) => {
  expect(issuers.filter((name) => !issues(call)(name))).toEqual([]);
  expect(others.filter(issues(call))).toEqual([]);
});
