/* A server of one thread that can be made to loop: it answers requests of one letter on 127.0.0.1, each through functions of its own. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN __attribute__((noinline, used))
static const char *file;
/* Never zero: the compiler must not know. */
static volatile int settings_changed = 1;

OWN int load_settings(void) {
  char text[64];
  struct stat st;
  int fd = open(file, O_RDONLY);
  fstat(fd, &st);
  int n = (int)read(fd, text, sizeof text);
  close(fd);
  return n;
}

/* The defect: with `wait` it loads the settings again and again until they differ, which they never do. */
OWN int refresh_settings(int wait) {
  int n;
  do n = load_settings();
  while (wait && settings_changed);
  return n + 1;
}

OWN int store_value(void) {
  int fd = open(file, O_WRONLY);
  int n = (int)pwrite(fd, "value", 5, 0);
  lseek(fd, 0, SEEK_END);
  close(fd);
  return n + 1;
}

OWN int find_value(void) {
  struct stat st;
  return access(file, R_OK) + stat(file, &st) + 1;
}

OWN int handle_request(int fd) {
  char request[16];
  if (read(fd, request, sizeof request) <= 0) return -1;
  int done = request[0] == 's'   ? store_value()
             : request[0] == 'r' ? refresh_settings(0)
             : request[0] == 'b' ? refresh_settings(1)
                                 : find_value();
  if (write(fd, "ok\n", 3) != 3) return -1;
  return done;
}

OWN int serve(int listener) {
  struct pollfd fds[64] = {{listener, POLLIN, 0}};
  int n = 1;
  for (;;) {
    if (poll(fds, n, -1) < 0) return 1;
    if (fds[0].revents && n < 64) fds[n++] = (struct pollfd){accept(listener, 0, 0), POLLIN, 0};
    for (int i = 1; i < n; i++)
      if (fds[i].revents && handle_request(fds[i].fd) < 0) {
        close(fds[i].fd);
        fds[i--] = fds[--n];
      }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  file = argv[2];
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in at = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}, {0}};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 16)) return 1;
  return serve(listener);
}
