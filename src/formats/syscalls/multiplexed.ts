/**
 * Calls of i386 that stand for several: which one, their first argument says. socketcall(2), include/uapi/linux/net.h; ipc(2),
 * include/uapi/linux/ipc.h.
 */
import { syscallTable } from './table.js';

const CALLS: Readonly<Record<string, readonly string[]>> = {
  socketcall:
    syscallTable(`@1 socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown
    setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg`),
  ipc: syscallTable('@1 semop semget semctl semtimedop @11 msgsnd msgrcv msgget msgctl @21 shmat shmdt shmget shmctl'),
};

/** The call that the first argument of `name` stands for: a number, or its name (`SYS_RECV`, `SEMOP`); '' where that is none. */
export function multiplexedCall(name: string, argument: number | string): string {
  const calls = CALLS[name] ?? [];
  if (typeof argument === 'number') return calls[argument & 0xffff] ?? '';
  const told = argument.replace(/^SYS_/, '').toLowerCase();
  return calls.includes(told) ? told : '';
}
