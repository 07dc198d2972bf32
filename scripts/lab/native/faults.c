/*
 * Faults for the functions of a running program. Preloaded into it (LD_PRELOAD), this library does nothing by itself: it makes no
 * thread, and after its start no system call that a fault does not ask for. The lab (scripts/lab/patch.ts) writes from outside
 * a table of slots, one a function, and patches the 16 bytes of padding with which each function of the program begins
 * (gcc -fpatchable-function-entry=16) into
 *
 *     66 90                 two bytes, so that the patch can be put in and taken out by one write of two
 *     ff 15 00 00 00 00     call *0(%rip), that is, through the next eight bytes
 *     <address of faults_entry>
 *
 * The entry CALLS the stub, so whatever a fault does has the function itself on its stack. The stub keeps all argument registers,
 * asks faults_decide, and then goes on behind the padding, returns to the function's caller, or runs the function's body from
 * here as often as faults_again says.
 *
 * The table is memory that all processes of one family share: faults and counts hold for those that are forked later, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

/* The same numbers are in operators.ts. */
enum operator { OFF, COUNT, SKIP, ERROR, FAIL_AFTER, COMPUTE, SLEEP, REPEAT, ENDLESS, SERIALIZE };

#define SLOTS 65536 /* a power of two; patch.ts has the same */

/* 64 bytes; layout known to patch.ts */
struct slot {
  uint64_t entry;        /* address of the function in memory; 0 where the slot is free */
  uint32_t operator;
  uint32_t every;        /* one call in so many is faulty */
  uint64_t calls, hits;
  int64_t amount;        /* ns to compute, sleep or hold; times to repeat; value to return */
  int32_t error;         /* errno to leave */
  uint32_t lock;         /* 0 free, 1 held, 2 held and waited for */
  uint64_t callers[2];   /* return addresses of two different callers */
};

/* Read by patch.ts: where the table lies. */
__attribute__((visibility("default"))) struct slot *faults_table;
__attribute__((visibility("default"))) void faults_entry(void);

/* What the stub keeps on its stack. Offsets are used in the assembly below. */
struct saved {
  uint64_t rax, rcx, rdx, rsi, rdi, r8, r9, r10; /* 0..63 */
  double xmm[8][2];                              /* 64..191 */
  uint64_t body;                                 /* 192: address behind the padding */
  uint64_t caller;                               /* 200: where the function would return to */
  struct slot *slot;                             /* 208 */
  uint64_t times;                                /* 216: bodies still to run */
};

enum { GO_ON = 0, RETURN = 1, RUN_BODY = 2 };

/* The lock that this thread holds by a fault, and how often it has entered it. */
static __thread struct slot *held;
static __thread uint32_t depth;

__attribute__((constructor)) static void make_table(void) {
  void *memory = mmap(0, SLOTS * sizeof(struct slot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) faults_table = memory;
}

/* Not through libc: its wrappers are cancellation points and may themselves be watched by the program. */
static long system_call(long number, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}

static void pause_for(int64_t ns) {
  struct timespec time = {ns / 1000000000, ns % 1000000000};
  system_call(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, (long)&time, 0);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time); /* the vDSO's: no system call */
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* Computes for so long on a processor: time in which the thread was off it (a step of more than 50 us) is not counted. */
static void compute_for(int64_t ns) {
  int64_t last = now();
  while (ns > 0) {
    for (int i = 0; i < 64; i++) __asm__ volatile("pause");
    int64_t time = now();
    if (time - last < 50000) ns -= time - last;
    last = time;
  }
}

/* A mutex on a futex ("Futexes Are Tricky", Drepper, mutex2), one for all processes that share the table. */
static void lock(struct slot *slot) {
  if (held == slot) {
    depth++;
    return;
  }
  uint32_t state = 0;
  if (!__atomic_compare_exchange_n(&slot->lock, &state, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    if (state != 2) state = __atomic_exchange_n(&slot->lock, 2, __ATOMIC_ACQUIRE);
    while (state != 0) {
      system_call(SYS_futex, (long)&slot->lock, FUTEX_WAIT, 2, 0);
      state = __atomic_exchange_n(&slot->lock, 2, __ATOMIC_ACQUIRE);
    }
  }
  held = slot;
  depth = 1;
}

static void unlock(struct slot *slot) {
  if (--depth > 0) return;
  held = 0;
  if (__atomic_exchange_n(&slot->lock, 0, __ATOMIC_RELEASE) == 2)
    system_call(SYS_futex, (long)&slot->lock, FUTEX_WAKE, 1, 0);
}

/* The slot of an entry: the table is a hash with linear probing (patch.ts: `home`). */
static struct slot *find(uint64_t entry) {
  uint32_t at = (uint32_t)(entry >> 4) * 0x9e3779b1u >> 16;
  for (;; at = (at + 1) & (SLOTS - 1)) {
    struct slot *slot = &faults_table[at];
    if (slot->entry == entry) return slot;
    if (slot->entry == 0) return 0;
  }
}

static void note_caller(struct slot *slot, uint64_t caller) {
  if (slot->callers[0] == 0) slot->callers[0] = caller;
  else if (slot->callers[0] != caller && slot->callers[1] == 0) slot->callers[1] = caller;
}

__attribute__((used)) static int faults_decide(struct saved *s, uint64_t entry) {
  struct slot *slot = find(entry);
  if (!slot) return GO_ON;
  uint64_t number = __atomic_fetch_add(&slot->calls, 1, __ATOMIC_RELAXED);
  note_caller(slot, s->caller);
  uint32_t operator = slot->operator;
  if (operator <= COUNT) return GO_ON;
  int faulty = slot->every <= 1 || number % slot->every == slot->every - 1;
  if (!faulty && operator != SERIALIZE) return GO_ON;
  if (faulty) __atomic_fetch_add(&slot->hits, 1, __ATOMIC_RELAXED);
  s->slot = slot;
  s->times = 1;
  int kept = errno;
  switch (operator) {
    case SKIP:
      s->rax = (uint64_t)slot->amount;
      return RETURN;
    case ERROR:
      s->rax = (uint64_t)slot->amount;
      errno = slot->error;
      return RETURN;
    case COMPUTE:
      compute_for(slot->amount);
      return GO_ON;
    case SLEEP:
      pause_for(slot->amount);
      errno = kept;
      return GO_ON;
    case REPEAT:
      s->times = (uint64_t)slot->amount;
      return RUN_BODY;
    case SERIALIZE:
      lock(slot);
      if (faulty) pause_for(slot->amount);
      errno = kept;
      return RUN_BODY;
    default: /* FAIL_AFTER, ENDLESS */
      return RUN_BODY;
  }
}

/* After the body ran: its results are in `results` (rax, rdx, then xmm0, xmm1). Whether to run it again. */
__attribute__((used)) static int faults_again(struct saved *s, uint64_t *results) {
  struct slot *slot = s->slot;
  switch (slot->operator) {
    case ENDLESS:
      return 1;
    case REPEAT:
      return --s->times > 0;
    case FAIL_AFTER:
      results[0] = (uint64_t)slot->amount;
      errno = slot->error;
      return 0;
    default: /* SERIALIZE, or the fault was taken out while the body ran */
      if (held == slot) {
        int kept = errno;
        unlock(slot);
        errno = kept;
      }
      return 0;
  }
}

/*
 * On entry (%rsp) is the function's entry + 8 (behind the call), 8(%rsp) the address in its caller.
 * Frame below %rbp: struct saved (224 bytes), then results (rax, rdx, xmm0, xmm1: 48 bytes).
 */
__asm__(
    ".text\n.globl faults_entry\n.type faults_entry,@function\n"
    "faults_entry:\n.cfi_startproc\n"
    "push %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset rbp,-16\n"
    "mov %rsp,%rbp\n.cfi_def_cfa_register rbp\n"
    "sub $288,%rsp\nand $-16,%rsp\n"
    "mov %rax,0(%rsp)\nmov %rcx,8(%rsp)\nmov %rdx,16(%rsp)\nmov %rsi,24(%rsp)\n"
    "mov %rdi,32(%rsp)\nmov %r8,40(%rsp)\nmov %r9,48(%rsp)\nmov %r10,56(%rsp)\n"
    "movups %xmm0,64(%rsp)\nmovups %xmm1,80(%rsp)\nmovups %xmm2,96(%rsp)\nmovups %xmm3,112(%rsp)\n"
    "movups %xmm4,128(%rsp)\nmovups %xmm5,144(%rsp)\nmovups %xmm6,160(%rsp)\nmovups %xmm7,176(%rsp)\n"
    "mov 8(%rbp),%rsi\n"
    "lea 8(%rsi),%rax\nmov %rax,192(%rsp)\n"
    "mov 16(%rbp),%rax\nmov %rax,200(%rsp)\n"
    "sub $8,%rsi\nmov %rsp,%rdi\n"
    "call faults_decide\n"
    "cmp $1,%eax\nje 1f\nja 2f\n"
    /* Goes on behind the padding, as if nothing had been there. */
    "mov 192(%rsp),%rax\nmov %rax,8(%rbp)\n"
    "call 9f\n"
    "leave\n.cfi_remember_state\n.cfi_def_cfa rsp,8\nret\n.cfi_restore_state\n"
    /* Returns to the function's caller with what faults_decide left. */
    "1: mov 0(%rsp),%rax\n"
    "leave\n.cfi_remember_state\n.cfi_def_cfa rsp,8\nadd $8,%rsp\nret\n.cfi_restore_state\n"
    /* Runs the body from here. */
    "2: mov 192(%rsp),%r11\n"
    "call 9f\n"
    "call *%r11\n"
    "mov %rax,224(%rsp)\nmov %rdx,232(%rsp)\nmovups %xmm0,240(%rsp)\nmovups %xmm1,256(%rsp)\n"
    "mov %rsp,%rdi\nlea 224(%rsp),%rsi\n"
    "call faults_again\n"
    "test %eax,%eax\njnz 2b\n"
    "mov 224(%rsp),%rax\nmov 232(%rsp),%rdx\nmovups 240(%rsp),%xmm0\nmovups 256(%rsp),%xmm1\n"
    "leave\n.cfi_def_cfa rsp,8\nadd $8,%rsp\nret\n"
    ".cfi_endproc\n"
    /* Puts the argument registers back; the frame is one return address away. */
    "9:\n.cfi_startproc\n"
    "mov 8(%rsp),%rax\nmov 16(%rsp),%rcx\nmov 24(%rsp),%rdx\nmov 32(%rsp),%rsi\n"
    "mov 40(%rsp),%rdi\nmov 48(%rsp),%r8\nmov 56(%rsp),%r9\nmov 64(%rsp),%r10\n"
    "movups 72(%rsp),%xmm0\nmovups 88(%rsp),%xmm1\nmovups 104(%rsp),%xmm2\nmovups 120(%rsp),%xmm3\n"
    "movups 136(%rsp),%xmm4\nmovups 152(%rsp),%xmm5\nmovups 168(%rsp),%xmm6\nmovups 184(%rsp),%xmm7\n"
    "ret\n.cfi_endproc\n"
    ".size faults_entry,.-faults_entry\n");
