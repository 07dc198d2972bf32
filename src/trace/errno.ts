/**
 * Errno names to numbers: Linux on x86-64, i386, arm and arm64 (include/uapi/asm-generic/errno-base.h and errno.h), and the
 * kernel's own restart codes (include/linux/errno.h), which strace shows where a signal interrupted a call.
 */
import { ERRNO_RESTART, ERRNO_UNKNOWN } from './table.js';

/** Names in order of their numbers from 1; '-' where there is none. */
const NAMES =
  `EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST
  EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK
  ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE
  EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM
  EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART
  ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP
  EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN
  ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM
  ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD
  ENOTRECOVERABLE ERFKILL EHWPOISON`.split(/\s+/);

const numbers = new Map<string, number>(NAMES.map((name, i) => [name, i + 1]));
numbers.delete('-');
numbers.set('EWOULDBLOCK', numbers.get('EAGAIN')!);
numbers.set('EDEADLOCK', numbers.get('EDEADLK')!);
numbers.set('ENOTSUP', numbers.get('EOPNOTSUPP')!);
for (const name of ['ERESTARTSYS', 'ERESTARTNOINTR', 'ERESTARTNOHAND', 'ERESTART_RESTARTBLOCK'])
  numbers.set(name, ERRNO_RESTART);

/** Code in `Columns.errno` of an errno name: its number, ERRNO_RESTART, or ERRNO_UNKNOWN for a name not known. */
export function errnoNumber(name: string): number {
  return numbers.get(name) ?? ERRNO_UNKNOWN;
}

/** All names that have a number. */
export function errnoNames(): string[] {
  return [...numbers.keys()];
}

/** Name of an errno number for people ('EAGAIN', 'ERESTART', 'errno 140'); '' for 0, success. */
export function errnoName(errno: number): string {
  if (errno === 0) return '';
  if (errno === ERRNO_RESTART) return 'ERESTART';
  if (errno === ERRNO_UNKNOWN) return '?';
  const name = NAMES[errno - 1];
  return name === undefined || name === '-' ? `errno ${errno}` : name;
}
