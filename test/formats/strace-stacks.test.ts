import { describe, expect, it } from 'vitest';
import { splitFrame } from '../../src/formats/strace/stacks.js';
import { parseText, rowsOf } from './strace-text.js';

describe('strace -k', () => {
  it('hangs a stack on the call above it, first half or whole, and on nothing else', () => {
    const rows = rowsOf(
      `1 1700000000.1 read(3, "x", 1) = 1 <0.000001>
 > /lib/libc.so.6(read+0xd) [0x1]
 > /bin/srv(handle+0x10) [0x2]
 > /bin/srv(main+0x20) [0x3]
1 1700000000.2 futex(0x7f, FUTEX_WAIT, 2, NULL <unfinished ...>
2 1700000000.3 getpid() = 1 <0.000001>
 > /bin/srv(handle+0x11) [0x12]
 > /bin/srv(main+0x20) [0x3]
2 1700000000.4 --- SIGTERM {si_signo=SIGTERM} ---
 > /bin/srv(main+0x20) [0x3]
1 1700000000.5 <... futex resumed>) = 0 <0.3>
 > /bin/srv(wait+0x11) [0x12]
 > unexpected_backtracing_error [0x5]
2 1700000000.6 getuid() = 1 <0.000001>
1 1700000000.7 +++ exited with 0 +++
 > /bin/srv(main+0x20) [0x3]
`,
    );
    expect(rows.map((row) => row.split(' ').slice(2).join(' '))).toEqual([
      'read:unknown(3) 0.000001000s 1 [read < handle < main]',
      'futex#wait 0.300000000s 0 [wait]',
      'getpid 0.000001000s 1 [handle < main]',
      'getuid 0.000001000s 1',
    ]);
  });

  it('shares what stacks have in common', () => {
    const stack = (inner: string) => ` > /bin/srv(${inner}+0x10) [0x2]\n > /bin/srv(main+0x20) [0x3]\n`;
    const { stacks, columns } = parseText(
      `getpid() = 1\n${stack('a')}getpid() = 1\n${stack('b')}getpid() = 1\n${stack('a')}`,
    );
    expect(stacks!.prefix.length).toBe(3);
    expect(stacks!.functions).toEqual(['a', 'main', 'b']);
    expect([...columns.stack!]).toEqual([1, 2, 1]);
  });

  it('counts each line once where blank ones stand between the frames of a stack that is known', () => {
    const text = `getpid() = 1\n > /bin/srv(blank+0x10) [0x2]\n\n > /bin/srv(between+0x20) [0x3]\n\n`.repeat(3);
    for (let again = 0; again < 2; again++) {
      const { lines, stacks, columns } = parseText(text);
      expect(lines).toBe(15);
      expect(stacks!.functions).toEqual(['blank', 'between']);
      expect([...columns.stack!]).toEqual([1, 1, 1]);
    }
  });

  it('gives the same table whatever was read before, longer and shorter stacks under the same line included', () => {
    const frames = ['read', 'handle', 'loop', 'main'].map((name) => ` > /bin/srv(${name}+0x10) [0x2]\n`);
    const stack = (...numbers: number[]) => `getpid() = 1\n${numbers.map((n) => frames[n]).join('')}`;
    const text = stack(0, 1, 2, 3) + stack(0, 1, 3) + stack(0) + stack(0, 1, 2, 3, 3) + stack(0, 1) + stack(3, 2);
    const first = parseText(text);
    parseText(stack(0, 2, 1) + stack(1, 2, 3) + stack(0, 1, 2) + stack(0, 1, 2, 3) + ' > /bin/srv(o');
    const again = parseText(text);
    expect(again.stacks).toEqual(first.stacks);
    expect(again.columns.stack).toEqual(first.columns.stack);
    expect(again.lines).toBe(text.split('\n').length - 1);
  });

  it('has no column of stacks where none were recorded', () => {
    expect(parseText('getpid() = 1\n')).toMatchObject({ stacks: null, columns: { stack: null } });
  });

  it.each([
    ['/usr/sbin/nginx(ngx_unix_recv+0x5d)', '/usr/sbin/nginx', 'ngx_unix_recv', 0x5d, -1],
    ['/usr/bin/dash()', '/usr/bin/dash', '', -1, -1],
    ['/usr/bin/dash(+0x1d)', '/usr/bin/dash', '', -1, 0x1d],
    ['[vdso]()', '[vdso]', '', -1, -1],
    ['/opt/x(std::map<int, f(char)>::at(int)+0x4)', '/opt/x', 'std::map<int, f(char)>::at(int)', 4, -1],
    ['/opt/x (deleted)(operator()+0x4)', '/opt/x', 'operator()', 4, -1],
  ])('%s', (line, object, name, offset, address) =>
    expect(splitFrame(line)).toEqual({ object, name, offset, address }),
  );

  it('keeps where frames lie in object files', () => {
    const { stacks } = parseText(
      'getpid() = 1\n > /bin/srv(a+0x1) [0x2001] a.c:1\n > /bin/srv(a+0x9) [0x2009]\n > [vdso]() [0x7]\n',
    );
    expect(stacks!.functions).toEqual(['a', '']);
    expect([...stacks!.frameOffset]).toEqual([1, 9, -1]);
    expect([...stacks!.frameAddress]).toEqual([0x2001, 0x2009, -1]);
  });

  it('reads a C++ frame with spaces, and what newer versions write behind the address', () => {
    expect(rowsOf('getpid() = 1\n > /opt/x(a::b(int, char) [clone .cold]+0x4) [0x2] src/x.cc:17\n')[0]).toContain(
      '[a::b(int, char) [clone .cold]]',
    );
  });

  it('drops the frame in which the trace was cut off', () => {
    const trace = parseText('getpid() = 1\n > /bin/srv(a+0x1) [0x2]\n > /bin/srv(mai');
    expect(trace).toMatchObject({ truncated: true, stacks: { functions: ['a'] } });
  });
});
