/* What test/lab/faults.test.ts puts faults into. Every 2 ms two threads and a forked process call `work`; a line tells what it gave. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int bodies;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

__attribute__((noinline)) int work(int a, int b, int c, int d, int e, int f) {
  __atomic_fetch_add(&bodies, 1, __ATOMIC_RELAXED);
  return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f;
}

__attribute__((noinline)) double scaled(double x, int by) {
  __asm__ volatile("");
  return x * by;
}

/* `unlikely` code of its own, so that the function lies in two pieces. */
__attribute__((noinline)) char *pieces(const char *format, ...) {
  if (__builtin_expect(format == 0, 0)) {
    perror("no format");
    _exit(3);
  }
  return strchr(format, 'x');
}

__attribute__((noinline)) void caller(const char *who) {
  errno = 0;
  bodies = 0;
  double from = now();
  int got = work(1, 2, 3, 4, 5, 6);
  double ms = now() - from;
  int error = errno;
  char line[200];
  int n = snprintf(line, sizeof line, "%s %d %d %d %.3f %g %s\n", who, got, error, bodies, ms, scaled(1.5, 2), pieces("xyz"));
  if (write(1, line, n) < 0) _exit(2);
}

static void *loop(void *who) {
  for (;;) {
    caller(who);
    usleep(2000);
  }
}

int main(void) {
  pthread_t thread;
  /* The child is forked when the lab has put its fault in: see the test. */
  pthread_create(&thread, 0, loop, "thread");
  for (int i = 0;; i++) {
    caller("main");
    usleep(2000);
    if (i % 100 == 50 && fork() == 0) {
      for (int k = 0; k < 20; k++) {
        caller("child");
        usleep(2000);
      }
      _exit(0);
    }
  }
}
