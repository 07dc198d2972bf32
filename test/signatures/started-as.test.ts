import { describe, expect, it } from 'vitest';
import { perfScript } from '../../src/formats/perf/script.js';
import { strace } from '../../src/formats/strace/index.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { underStartedNames } from '../../src/signatures/started-as.js';
import { readText } from '../formats/read-text.js';

const stack = (object: string) => ` > /usr/lib/libc.so.6(__write+0x14) [0xfc994]\n > ${object}(main+0x10) [0x1010]\n`;
const call = (second: number, object: string) => `7 ${second}.000000 write(1, "", 0) = 0 <0.000020>\n${stack(object)}`;
const exec = (second: number, path: string) =>
  `7 ${second}.000000 execve("${path}", [...], 0x7ffc /* 9 vars */) = 0 <0.000300>\n > /usr/lib/ld-linux.so.2(_dl_x+0x1) [0x2]\n`;

const programOf = (text: string, format = strace) =>
  learnSignatures(underStartedNames([readText(format, text)]).traces, { parameters: DEFAULT_PARAMETERS }).program;

describe('a program that was started through a link', () => {
  it('has the name of the link, and so have its functions', () => {
    const trace = readText(
      strace,
      exec(1, '/usr/bin/srv-server') + call(2, '/usr/bin/srv-check') + call(3, '/usr/bin/srv-check'),
    );
    const { traces, printed } = underStartedNames([trace]);
    expect(traces[0]!.stacks!.objects).toContain('/usr/bin/srv-server');
    expect([...printed]).toEqual([['/usr/bin/srv-server', '/usr/bin/srv-check']]);
    const learned = learnSignatures(traces, { parameters: DEFAULT_PARAMETERS });
    expect([learned.program, learned.functions[0]!.object]).toEqual(['srv-server', 'srv-server']);
    expect(learnSignatures(traces, { parameters: DEFAULT_PARAMETERS, program: 'srv-server' }).program).toBe(
      'srv-server',
    );
  });

  it('is not the shell that started it', () => {
    const text =
      exec(1, '/bin/sh') +
      call(2, '/usr/bin/dash') +
      exec(3, '/usr/sbin/srv') +
      call(4, '/usr/sbin/srv') +
      call(5, '/usr/sbin/srv');
    expect(programOf(text)).toBe('srv');
  });

  it('has the name of its main thread where perf saw no execve', () => {
    const event = (comm: string) =>
      `${comm}  7/7  [001] 1.34920: raw_syscalls:sys_enter: NR 0 (8, 0, 0, 0, 0, 0)\n\tf8 read+0x4 (/usr/lib/libc.so.6)\n\t61 main+0x5 (/usr/bin/redis-check-rdb)\n\n`;
    expect(programOf(event('redis-server'), perfScript)).toBe('redis-server');
    // A name that the program gave to its thread.
    expect(programOf(event('MainThread'), perfScript)).toBe('redis-check-rdb');
    expect(programOf(event('worker'), perfScript)).toBe('redis-check-rdb');
  });
});
