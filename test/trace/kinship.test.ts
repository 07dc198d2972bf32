import { describe, expect, it } from 'vitest';
import { strace } from '../../src/formats/strace/index.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import { togetherFacts } from '../../src/trace/kinship/facts.js';
import { joinAttached } from '../../src/trace/kinship/kinship.js';
import { mergeTraces } from '../../src/trace/merge-traces.js';
import { bytesOf } from '../formats/strace-text.js';

/** `files`: by tid, as of strace -ff; tid 0: of all threads. */
function joinedOf(files: Readonly<Record<number, string>>) {
  const builders = Object.entries(files).map(([tid, text]) => {
    const builder = new TraceBuilder('strace');
    builder.append(strace.parseChunk(bytesOf(text), { tid: Number(tid), last: true }));
    return builder;
  });
  const trace = mergeTraces(builders.map((builder) => builder.finish()));
  const joined = joinAttached(trace, togetherFacts(builders.flatMap(({ kin }) => kin)));
  return { threads: joined?.threads ?? trace.threads, unknown: joined?.unknown ?? 0 };
}

/** Processes with the tids of their threads, as in `4 = 4 5 6`. */
function processesOf(files: Readonly<Record<number, string>>): string[] {
  const processes = new Map<number, number[]>();
  for (const { tid, pid } of joinedOf(files).threads) {
    const tids = processes.get(pid) ?? [];
    processes.set(pid, [...tids, tid]);
  }
  return [...processes].map(([pid, tids]) => `${pid} = ${tids.sort((a, b) => a - b).join(' ')}`).sort();
}

/** Lines `tid call`, one a millisecond. */
const inTime = (lines: string): string =>
  lines
    .trim()
    .split('\n')
    .map((line, i) => line.trim().replace(/^(\d+) /, `$1 1700000000.${String(i * 1000).padStart(6, '0')} `) + '\n')
    .join('');
const processes = (lines: string): string[] => processesOf({ 0: inTime(lines) });

const unknown = (lines: string): number => joinedOf({ 0: inTime(lines) }).unknown;

describe('threads of which nothing tells the process', () => {
  const filtered = `
      10 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000005>
      11 openat(AT_FDCWD, "/etc/b", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000005>
      12 openat(AT_FDCWD, "/etc/c", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000005>`;

  it('are counted', () => expect(unknown(filtered)).toBe(3));

  it('are none where clones were seen', () =>
    expect(
      unknown(`
      10 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 11 <0.0001>
      10 clone(child_stack=NULL, flags=SIGCHLD) = 12 <0.0001>${filtered}`),
    ).toBe(0));

  it('are none where what they open shows that they share nothing', () => {
    const own = (tid: number) => `
      ${tid} accept4(3, NULL, NULL, SOCK_NONBLOCK) = 7 <0.000005>
      ${tid} read(7, "GET", 9) = 3 <0.000005>`;
    const rounds = Array.from({ length: 4 }, () => own(10) + own(11)).join('');
    expect(unknown(rounds)).toBe(0);
  });
});

describe('threads that were there when strace attached', () => {
  it('are of one process where one wakes the other, and so are the threads that it makes later', () => {
    const lines = `
      12 futex(0xc000048148, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>
      10 epoll_wait(3, [], 8, 0) = 0 <0.000005>
      10 futex(0xc000048148, FUTEX_WAKE_PRIVATE, 1 <unfinished ...>
      12 <... futex resumed>) = 0 <0.002>
      10 <... futex resumed>) = 1 <0.0001>
      12 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD, stack=0x7f}, 88) = 15 <0.0001>
      15 read(4, "", 1) = 0 <0.000005>
      12 fork() = 16 <0.0001>
      16 read(4, "", 1) = 0 <0.000005>`;
    expect(processes(lines)).toEqual(['10 = 10 12 15', '16 = 16']);
    expect(processes(lines.replaceAll('FUTEX_WAIT_PRIVATE', '0x80').replaceAll('FUTEX_WAKE_PRIVATE', '0x81'))).toEqual([
      '10 = 10 12 15',
      '16 = 16',
    ]);
    // In shared memory any process may wait.
    expect(processes(lines.replaceAll('_PRIVATE', ''))).toEqual(['10 = 10', '12 = 12 15', '16 = 16']);
  });

  it('are told by their own descriptors, not by those of processes that were seen to begin', () => {
    const round = `
      10 accept4(3, NULL, NULL, SOCK_NONBLOCK) = 7 <0.000005>
      30 openat(AT_FDCWD, "/tmp/a", O_RDONLY) = 7 <0.000005>
      20 read(7, "GET", 9) = 3 <0.000005>
      30 close(7) = 0 <0.000005>
      20 close(7) = 0 <0.000005>`;
    const child = '10 fork() = 30 <0.0001>\n30 openat(AT_FDCWD, "/tmp/b", O_RDONLY) = 5 <0.000005>';
    expect(processes(child + round.repeat(6))).toEqual(['10 = 10 20', '30 = 30']);
  });

  it('are of one process where one closes what another opens, again and again', () => {
    const round = `
      10 accept4(3, NULL, NULL, SOCK_NONBLOCK) = 7 <0.000005>
      20 read(7, "GET", 9) = 3 <0.000005>
      20 close(7) = 0 <0.000005>`;
    expect(processes(round.repeat(3))).toEqual(['10 = 10 20']);
    // It may have had a descriptor of that number before.
    expect(processes(round)).toEqual(['10 = 10', '20 = 20']);
  });

  it('are of two processes where descriptors of one number are two', () => {
    const two = `
      10 accept4(3, NULL, NULL, SOCK_NONBLOCK) = 7 <0.000005>
      20 accept4(3, NULL, NULL, SOCK_NONBLOCK) = 7 <0.000005>
      10 close(7) = 0 <0.000005>
      20 read(7, "GET", 9) = 3 <0.000005>
      20 close(7) = 0 <0.000005>
      10 futex(0x7fd0d52925c0, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>
      20 futex(0x7fd0d52925c0, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>
      10 <... futex resumed>) = -1 EAGAIN (Resource temporarily unavailable) <0.001>
      20 <... futex resumed>) = -1 EAGAIN (Resource temporarily unavailable) <0.001>`;
    expect(processes(two.repeat(3))).toEqual(['10 = 10', '20 = 20']);
    const named = `
      10 read(7<TCP:[10.0.0.1:80->10.0.0.2:5000]>, "GET", 9) = 3 <0.000005>
      20 read(7<TCP:[10.0.0.1:80->10.0.0.2:6000]>, "GET", 9) = 3 <0.000005>
      10 read(7<TCP:[10.0.0.1:80->10.0.0.2:5000]>, "GET", 9) = 3 <0.000005>
      10 futex(0x7fd0d52925c0, FUTEX_WAKE_PRIVATE, 1) = 0 <0.001>
      20 futex(0x7fd0d52925c0, FUTEX_WAKE_PRIVATE, 1) = 0 <0.001>`;
    expect(processes(named)).toEqual(['10 = 10', '20 = 20']);
    // What stands there may change, too.
    expect(processes(named.replaceAll('6000', '5000'))).toEqual(['10 = 10 20']);
  });

  it('are of two processes where nothing connects them, or strace named both', () => {
    const lines = `
      10 futex(0x55d0c8a00010, FUTEX_WAKE_PRIVATE, 1) = 0 <0.000005>
      20 futex(0x563111a00010, FUTEX_WAKE_PRIVATE, 1) = 0 <0.000005>
      10 write(1, "", 1) = 1 <0.000005>
      20 write(1, "", 1) = 1 <0.000005>`;
    expect(processes(lines)).toEqual(['10 = 10', '20 = 20']);
    const notices = 'strace: Process 10 attached\nstrace: Process 20 attached\n';
    const near = inTime(lines.replace('563111a00010', '55d0c8a00020')).replace(/^(\d+) /gm, '[pid    $1] ');
    expect(processesOf({ 0: near })).toEqual(['10 = 10 20']);
    expect(processesOf({ 0: notices + near })).toEqual(['10 = 10', '20 = 20']);
  });

  it('are of the only process there is where they sleep at private futexes, or were numbered among its threads', () => {
    const sleeper = (tid: number, address: string) =>
      `${tid} futex(${address}, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL, FUTEX_BITSET_MATCH_ANY <unfinished ...>\n`;
    const work = '10 read(7, "GET", 9) = 3 <0.000005>\n';
    expect(processes(sleeper(11, '0x5645adb0809c') + sleeper(13, '0x5645adb0b1ac') + work)).toEqual(['10 = 10 11 13']);
    const others = '12 epoll_wait(5,  <unfinished ...>\n90 epoll_wait(5,  <unfinished ...>\n';
    expect(processes(sleeper(11, '0x5645adb0809c') + sleeper(13, '0x5645adb0b1ac') + others + work)).toEqual([
      '10 = 10 11 12 13',
      '90 = 90',
    ]);
    // Whose it is of two cannot be told.
    expect(processes(sleeper(11, '0x5645adb0809c') + work + '20 write(1, "", 1) = 1\n')).toHaveLength(3);
  });

  it('are of the process that ends with them, and of that which they are told by their own calls', () => {
    expect(
      processes(`
        12 nanosleep({tv_sec=1, tv_nsec=0},  <unfinished ...>
        20 read(4, "", 1) = 0 <0.000005>
        10 exit_group(0) = ?
        12 <... nanosleep resumed> <unfinished ...>) = ?
        12 +++ exited with 0 +++
        10 +++ exited with 0 +++
        20 read(4, "", 1) = 0 <0.000005>`),
    ).toEqual(['10 = 10 12', '20 = 20']);
    expect(
      processes(`
        14 tgkill(10, 12, SIGURG) = 0 <0.000005>
        12 write(1, "", 1) = 1 <0.000005>
        10 write(1, "", 1) = 1 <0.000005>`),
    ).toEqual(['10 = 10 12', '14 = 14']);
  });

  it('have files of their own with -ff', () => {
    const at = (call: string) => `1700000000.000001 ${call}\n`;
    const files = (address: string) => ({
      10: at('futex(0x5645adb0809c, FUTEX_WAKE_PRIVATE, 1) = 1 <0.000005>') + at('read(3, "", 1) = 0 <0.000005>'),
      12: at(`futex(${address}, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <0.5>`) + at('read(4, "", 1) = 0 <0.000005>'),
    });
    expect(processesOf(files('0x5645adb0809c'))).toEqual(['10 = 10 12']);
    expect(processesOf(files('0x7f11adb0809c'))).toEqual(['10 = 10', '12 = 12']);
  });
});
