/** One recording behind what people's programs put round its lines: however it comes, the same calls are read. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../src/reading/sampling.js';
import type { Source } from '../../src/source/index.js';
import { readBytes, rowsOf } from './read-text.js';

const untimed = [
  '[pid  4711] read(3, "a|b", 4096) = 3',
  '[pid  4712] futex(0x7f01, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>',
  '[pid  4711] write(4, "GET / HTTP/1.1\\r\\n", 16) = 16',
  '[pid  4711] futex(0x7f01, FUTEX_WAKE_PRIVATE, 1) = 1',
  '[pid  4712] <... futex resumed>) = 0',
  '[pid  4711] epoll_wait(5, [{EPOLLIN, {u32=7, u64=7}}], 512, 1000) = 1',
  '[pid  4711] read(7, 0x7ffc, 4096) = -1 EAGAIN (Resource temporarily unavailable)',
  '[pid  4711] close(7) = 0',
];
const golden = (file: string): string[] =>
  readFileSync(new URL(`golden/${file}`, import.meta.url), 'latin1')
    .trimEnd()
    .split('\n');
const frames = [' > /usr/lib/libc.so.6(__read+0xd) [0xfa1d]', ' > /srv/app(main+0x1d) [0x3a1d]'];
const chain = [
  '\tffffffff81423dfc syscall_trace_enter+0xbc ([kernel.kallsyms])',
  '\t    7fe721e3d740 __GI___libc_read+0x10 (/usr/lib/x86_64-linux-gnu/libc.so.6)',
  '\t          1e3a10 std::_Function_handler<void (int), run(Server&)::{lambda(int)#1}>::_M_invoke+0x20 (/srv/app)',
];
const recordings: Record<string, string[]> = {
  threads: untimed,
  times: untimed.map((line, i) => line.replace(']', `] 10:11:12.00${i}001`)),
  names: untimed.map((line, i) => line.replace(']', `<srv>] 10:11:12.00${i}001 [ 257]`)),
  addresses: untimed
    .filter((line) => line.includes('4711'))
    .map((line, i) => line.replace(/^.*?\] /, `4711  10:11:12.00${i}001 [00007f1c2d3e4f50] `)),
  alone: untimed.map((line) => line.replace(/^\[.*?\] /, '')),
  files: untimed.map((line) => line.replace(/^\[pid +(\d+)\]/, '$1')),
  perf: golden('perf-script/redis.txt').slice(0, 60),
  'perf-stacks': golden('perf-script/redis.txt')
    .slice(0, 60)
    .flatMap((line) => [line, ...chain, '']),
  'perf-short-names': golden('perf-script/redis.txt')
    .slice(0, 60)
    .flatMap((line) => [line.replace(/^ *redis-server/, 'srv'), ...chain, '']),
  'perf-trace': golden('perf-trace/threads.txt'),
  stacks: untimed.flatMap((line, i) => [line.replace(']', `] 10:11:12.00${i}001`), ...(i % 4 === 0 ? frames : [])]),
};

/** Cut at 75 characters, but not within an escape. */
function quotedPrintable(line: string): string {
  const parts = line.replaceAll('=', '=3D').match(/(?:=3D|[^=]){1,70}/g) ?? [''];
  return parts.join('=\n');
}

const second = (i: number) => String(i % 60).padStart(2, '0');
const ways: Record<string, (line: string, i: number) => string> = {
  'numbers and a bar': (l, i) => `${String(i + 1).padStart(4)}| ${l}`,
  'numbers of bat': (l, i) => `${String(i + 1).padStart(4)} \u2502 ${l}`,
  'numbers and a colon': (l, i) => `${i + 1}: ${l}`,
  'numbers behind L': (l, i) => `L${i + 1}: ${l}`,
  'numbers behind a hash': (l, i) => `#${i + 1} ${l}`,
  'a list': (l, i) => `${i + 1}) ${l}`,
  'a nick': (l) => `<joe> ${l}`,
  'a nick and times': (l, i) => `[10:11:${second(i)}] <joe> ${l}`,
  'a table': (l) => `| ${l.padEnd(110)} |`,
  'a comment': (l) => `// ${l}`,
  'a bullet': (l) => ` * ${l}`,
  "PHP's log": (l, i) => `[03-Nov-2023 10:11:${second(i)} UTC] ${l}`,
  "Apache's log": (l, i) => `[Fri Nov 03 10:11:${second(i)}.123456 2023] [x:error] [pid 12:tid 13] ${l}`,
  "nginx's log": (l, i) => `2023/11/03 10:11:${second(i)} [error] 12#12: ${l}`,
  "Python's log": (l, i) => `2023-11-03 10:11:${second(i)},123 INFO ${l}`,
  "Python's log without a format": (l, i) => `${i % 3 === 0 ? 'WARNING' : 'INFO'}:root:${l}`,
  "a log of Go's own": (l, i) => `2023/11/03 10:11:${second(i)} trace.go:12: ${l}`,
  fluentd: (l, i) => `2023-11-03 10:11:${second(i)}.123456789 +0000 app.tracer: ${JSON.stringify({ log: l })}`,
  'numbers of less from further down': (l, i) => `${String(i + 1201).padStart(7)} ${l}`,
  'docker build': (l, i) => `#12 ${(0.25 + i).toFixed(3)} ${l}`,
  'a mark of a forum': (l, i) => (i === 0 ? `[code]${l}` : l),
  'an indented block': (l) => `    ${l}`,
  'an unknown prefix': (l) => `null_resource.x (remote-exec): ${l}`,
  "Go's log": (l, i) => `I1103 10:11:${second(i)}.123456    12 tracer.go:34] ${l}`,
  "the kernel's log": (l, i) => `[  12.3456${second(i)}] ${l}`,
  'the log of a job': (l, i) => `2023-11-03T10:11:${second(i)}.1234567Z ${l}`,
  'the log of a dyno': (l, i) => `2023-11-03T10:11:${second(i)}.123456+00:00 app[web.1]: ${l}`,
  'the log of a pod': (l) => `mypod-abc mycontainer ${l}`,
  'a page': (l) => `<li>${l.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</li>`,
  'a quoted mail': (l) => `>> ${l}`,
  'carriage returns': (l) => `${l}\r\r`,
  'line feeds of a terminal of 80 columns': (l) => (l.match(/.{1,80}/g) ?? ['']).join('\n'),
  'line feeds of a terminal that has blanks for tabs': (l) =>
    (l.replaceAll('\t', ' '.repeat(8)).match(/.{1,80}/g) ?? ['']).join('\n'),
  'line feeds of a mail program': (l) => l.replace(/(.{1,76})(?: |$)/g, '$1\n').trimEnd(),
  'a process of pm2': (l) => `0|app  | ${l}`,
  'a name and a colon': (l) => `host1: ${l}`,
  'a nick and numbers': (l, i) => `<joe> ${String(i + 1).padStart(4)}  ${l}`,
  'a log of services': (l, i) => `2023-11-03T10:11:${second(i)}.123000+00:00 stream/app/1 ${l}`,
  'backslashes behind all': (l) => `${l} \\`,
  'a log with no-break spaces': (l, i) => `[Fri Nov  3 10:11:${second(i)} 2023] ${l}`.replaceAll('  ', ' \u00a0'),
  'a mail in quoted-printable': (l) => quotedPrintable(l),
  'marks of a mail, folded behind them': (l) => `> ${l}`.replace(/(.{1,76})(?: |$)/g, '$1\n').trimEnd(),
  'levels of a log': (l, i) => `10:11:${second(i)}.123 [main] ${['INFO ', 'DEBUG', 'WARN '][i % 3]} c.e.Tracer - ${l}`,
  'levels of klog': (l, i) => `${'IWE'[i % 3]}1103 10:11:${second(i)}.123456    12 tracer.go:34] ${l}`,
  'pointed brackets of a typesetter': (l) => l.replaceAll('<', '\u2039').replaceAll('>', '\u203a'),
  'wide brackets': (l) => l.replaceAll('<', '\uff1c').replaceAll('>', '\uff1e'),
  'a blank behind': (l) => `${l} `,
  'tabs for blanks': (l) => (l.startsWith('\t') ? l : l.replace(/^\[pid {2}/, '[pid\t')),
  'doubled line feeds': (l) => `${l}\n`,
};

/** What stands in these is told by nothing, and so by no wrong calls. */
const REFUSED = new Set([
  'perf-trace: line feeds of a mail program',
  'perf-trace: marks of a mail, folded behind them',
  'perf: marks of a mail, folded behind them',
]);

/** Calls with their threads and stacks, in some order: times may be those of a log. */
function callsOf(lines: readonly string[]): string[] {
  const bytes = new Uint8Array(Buffer.from(`${lines.join('\n')}\n`));
  const source = { path: 'FILE', name: 'FILE', problem: null } as unknown as Source;
  const { format } = formatOf({ source, sample: bytes } as Parameters<typeof formatOf>[0], undefined);
  const rows = rowsOf(readBytes(format, bytes)).map((row) => row.replace(/^\S+ (\S+ \S+) \S+ .*?( \[.*)?$/, '$1$2'));
  return rows.sort();
}

/** A second half of nobody is a call of its own. */
const CALLS: Record<string, number> = {
  threads: 14,
  times: 14,
  names: 14,
  addresses: 6,
  alone: 16,
  files: 7,
  perf: 28,
  'perf-stacks': 28,
  'perf-short-names': 28,
  'perf-trace': 17,
  stacks: 14,
};

describe.each(Object.entries(recordings))('%s', (name, once) => {
  const lines = once[0]!.includes('pid') || once === recordings.alone ? [...once, ...once] : once;
  const expected = callsOf(lines);
  it('are read', () => expect(expected).toHaveLength(CALLS[name]!));
  it.each(Object.entries(ways))('behind %s', (wayName, way) => {
    if (REFUSED.has(`${name}: ${wayName}`)) expect(() => callsOf(lines.map(way))).toThrow('none of the formats');
    else expect(callsOf(lines.map(way))).toEqual(expected);
  });
});

it('the number of the process that wrote a log is no thread', () => {
  for (const lines of [
    [...untimed, ...untimed],
    [...recordings.files!, ...recordings.files!],
  ])
    expect(callsOf(lines.map((line) => `[pid 77] ${line}`))).toEqual(callsOf(lines));
});
