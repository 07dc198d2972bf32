/*
 * A client with a rate: each of its connections sends the same request at fixed moments, and waits for the answer before the next.
 *
 *     paced PORT CONNECTIONS REQUESTS_A_SECOND SECONDS REQUEST
 *
 * REQUEST with \r and \n written out; all answers must be as long as the first. Prints requests answered, seconds, and the median and
 * 99th percentile of the time from when a request was due until its answer was there, in microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 1000
static char request[4096], answer[1 << 20];
static struct pollfd at[MOST];
static double due[MOST];
static size_t got[MOST];
static int waiting[MOST];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int by_size(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: paced PORT CONNECTIONS RATE SECONDS REQUEST\n"), 2;
  int connections = atoi(argv[2]);
  double rate = atof(argv[3]), seconds = atof(argv[4]);
  if (connections < 1 || connections > MOST || rate <= 0) return 2;
  size_t length = 0;
  for (const char *c = argv[5]; *c && length < sizeof request; c++) {
    char next = c[0] == '\\' ? c[1] : 0;
    request[length++] = next == 'r' ? '\r' : next == 'n' ? '\n' : *c;
    if (next == 'r' || next == 'n') c++;
  }
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  double begin = now() + 0.05, gap = connections / rate;
  for (int i = 0; i < connections; i++) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    at[i] = (struct pollfd){.fd = fd, .events = POLLIN};
    due[i] = begin + gap * i / connections;
  }
  size_t size = 0, most = (size_t)(rate * (seconds + 1)) + 16, done = 0;
  float *times = malloc(most * sizeof *times);
  if (!times) fail("malloc");
  double end = begin + seconds;
  for (double t = now(); t < end; t = now()) {
    double next = end;
    for (int i = 0; i < connections; i++) {
      if (!waiting[i] && due[i] <= t) {
        if (write(at[i].fd, request, length) != (ssize_t)length) fail("write");
        waiting[i] = 1, got[i] = 0;
      }
      if (!waiting[i] && due[i] < next) next = due[i];
    }
    double rest = next - now();
    struct timespec wait = {.tv_nsec = rest <= 0 ? 0 : rest > 0.5 ? 500000000 : (long)(rest * 1e9)};
    if (ppoll(at, connections, &wait, NULL) <= 0) continue;
    for (int i = 0; i < connections; i++) {
      if (!(at[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
      ssize_t n = read(at[i].fd, answer, sizeof answer);
      if (n <= 0) fail("read");
      got[i] += n;
      if (size == 0) size = n;
      if (got[i] < size) continue;
      waiting[i] = 0;
      if (done < most) times[done++] = (now() - due[i]) * 1e6;
      due[i] += gap;
    }
  }
  qsort(times, done, sizeof *times, by_size);
  printf("%zu %.3f %.1f %.1f\n", done, seconds, done ? times[done / 2] : 0, done ? times[done * 99 / 100] : 0);
  return 0;
}
