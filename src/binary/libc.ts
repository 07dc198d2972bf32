/**
 * Which functions of the C library issue which system call. Most are named as their call; listed are those that are not
 * (man pages, section 2, "C library/kernel differences", and glibc's sources for stdio and threads).
 */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  accept4: ['accept'],
  clock_nanosleep: ['nanosleep', 'usleep', 'sleep'],
  nanosleep: ['usleep', 'sleep'],
  clone: ['fork', 'vfork', 'pthread_create', 'posix_spawn', 'posix_spawnp', 'system', 'popen'],
  clone3: ['pthread_create', 'posix_spawn', 'posix_spawnp', 'system', 'popen'],
  vfork: ['fork', 'system', 'popen'],
  close: ['fclose', 'closedir'],
  epoll_pwait: ['epoll_wait'],
  execve: ['execv', 'execvp', 'execvpe', 'execl', 'execlp', 'execle'],
  exit_group: ['exit', '_exit', 'abort'],
  futex: [
    'pthread_mutex_lock',
    'pthread_mutex_timedlock',
    'pthread_mutex_unlock',
    'pthread_cond_wait',
    'pthread_cond_timedwait',
    'pthread_cond_clockwait',
    'pthread_cond_signal',
    'pthread_cond_broadcast',
    'pthread_rwlock_rdlock',
    'pthread_rwlock_wrlock',
    'pthread_rwlock_unlock',
    'pthread_join',
    'pthread_barrier_wait',
    'sem_wait',
    'sem_timedwait',
    'sem_post',
  ],
  fcntl: ['lockf'],
  getdents64: ['readdir', 'scandir'],
  lseek: ['fseek', 'fseeko', 'rewind'],
  newfstatat: ['stat', 'lstat', 'fstat', 'fstatat', 'xstat', 'lxstat', 'fxstat'],
  fstat: ['fxstat'],
  stat: ['xstat'],
  lstat: ['lxstat'],
  open: ['fopen', 'opendir', 'mkstemp'],
  openat: ['open', 'fopen', 'opendir', 'mkstemp', 'shm_open'],
  poll: ['ppoll'],
  pselect6: ['select', 'pselect'],
  read: ['fread', 'fgets', 'fgetc', 'getc', 'getline', 'fscanf'],
  pread64: ['pread'],
  pwrite64: ['pwrite'],
  preadv2: ['preadv'],
  pwritev2: ['pwritev'],
  recvfrom: ['recv'],
  rt_sigaction: ['sigaction', 'signal'],
  rt_sigprocmask: ['sigprocmask', 'pthread_sigmask'],
  rt_sigtimedwait: ['sigwait', 'sigwaitinfo', 'sigtimedwait'],
  sendto: ['send'],
  tgkill: ['raise', 'pthread_kill', 'abort'],
  unlinkat: ['unlink', 'rmdir', 'remove'],
  unlink: ['remove'],
  renameat2: ['rename'],
  renameat: ['rename'],
  wait4: ['wait', 'waitpid'],
  write: [
    'fwrite',
    'fputs',
    'fputc',
    'puts',
    'putchar',
    'printf',
    'fprintf',
    'vprintf',
    'vfprintf',
    'perror',
    'fflush',
    'fclose',
  ],
};

/** Names without what fortification, large files and aliases add: `__recv_chk` and `open64` are `recv` and `open`. */
function plain(name: string): string {
  return name
    .replace(/^_+/, '')
    .replace(/^libc_/, '')
    .replace(/_chk$/, '')
    .replace(
      /^((?:f?open|openat|creat|l?f?seek|lseek|fseeko|[lf]?x?stat|readdir|scandir|mkstemp|fstatat)\w*?)64$/,
      '$1',
    );
}

/** Plain names of the library functions that issue `call` (a name of the trace's). */
function issuersOf(call: string): ReadonlySet<string> {
  return new Set([call, plain(call), ...(Object.hasOwn(ALSO, call) ? ALSO[call]! : [])]);
}

/** Tells of a library function's name whether it issues `call`. */
export function issues(call: string): (name: string) => boolean {
  const names = issuersOf(call);
  return (name) => names.has(name) || names.has(plain(name));
}
