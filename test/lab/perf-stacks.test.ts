import { expect, it } from 'vitest';
import { perfStacks } from '../../scripts/lab/perf-stacks.js';

const TEXT = `NIOWorkerThread  9642/9722  [000]  2723.800354501: raw_syscalls:sys_enter: NR 0 (2b, 7fe698002350, 4, c, 0, ffc2eb50)
\tffffffff81423cd0 syscall_trace_enter+0x180 ([kernel.kallsyms])
\t           f82ec read+0x4c (/usr/lib/x86_64-linux-gnu/libc.so.6)
\t    7fe69de8a9f6 int sun.nio.ch.SocketDispatcher.read0(java.io.FileDescriptor, long, int)+0xd6 (/tmp/perf-9642.map)
\t    7fe69d40922a Interpreter+0x6aa (/tmp/perf-9642.map)
\t    7fe69de845b4 void org.kept.Server$Request.doWork()+0x154 (/tmp/perf-9642.map)
\t    7fe69de845b4 void org.kept.Server$Request.doWork()+0x40 (/tmp/perf-9642.map)
\t    7fe69de80934 void org.keptnot.Pool.run()+0x134 (/tmp/perf-9642.map)
\t    7fe69de80934 java.lang.Object org.kept.Server.lambda$accept$0(int[], java.lang.String)+0x1 (/tmp/perf-9642.map)

NIOWorkerThread  9642/9722  [000]  2723.800360136:  raw_syscalls:sys_exit: NR 0 = 4
\t    7fe69de845b4 void org.kept.Server$Request.doWork()+0x154 (/tmp/perf-9642.map)

VM Thread  9642/9650  [001]  2724.000000000: raw_syscalls:sys_enter: NR 202 (7fe6a80166a8, 81, 7fffffff, 0, 7fe6a8016680, 0)
\t           87b31 pthread_cond_broadcast@@GLIBC_2.3.2+0x121 (/usr/lib/x86_64-linux-gnu/libc.so.6)

`;

it('reads the own methods under each call, and those of exits not once more', () => {
  expect(perfStacks(TEXT, ['org.kept'])).toEqual([
    {
      time: 2723.800354501,
      call: 'read',
      functions: ['org.kept.Server$Request.doWork', 'org.kept.Server.lambda$accept$0'],
    },
    { time: 2724, call: 'futex', functions: [] },
  ]);
});
