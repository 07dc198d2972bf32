/** What calls do to descriptors, as src/context/kernel/descriptors.ts, which follows them, has it. */
export const ACCEPTED = 1;
export const CONNECTED = 2;

const ACCEPTS = new Set(['accept', 'accept4']);
const CLOSES = new Set(['close', 'shutdown_close']);
const CREATES = new Set([
  ...['open', 'openat', 'openat2', 'creat', 'socket', 'dup', 'eventfd', 'eventfd2', 'timerfd_create'],
  ...['epoll_create', 'epoll_create1', 'memfd_create', 'inotify_init', 'inotify_init1', 'signalfd4', 'pidfd_open'],
]);
const NOTHING = 0;
const CLOSE = 3;
const CREATE = 4;

/** What a call of this name does; what makes a side of a connection has its number. */
export function descriptorEffect(name: string): number {
  if (ACCEPTS.has(name)) return ACCEPTED;
  if (CLOSES.has(name)) return CLOSE;
  if (name === 'connect') return CONNECTED;
  return CREATES.has(name) ? CREATE : NOTHING;
}

/** Whether a call of this name makes a descriptor and returns it. */
export function createsDescriptor(name: string): boolean {
  const effect = descriptorEffect(name);
  return effect === ACCEPTED || effect === CREATE;
}
