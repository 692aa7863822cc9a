/* Sockets, clocks and request texts of the bare loop. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bare_loop.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

void die(const char* what) {
  fprintf(stderr, "bare_loop: %s: %s\n", what, strerror(errno));
  exit(4);
}

double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double cpu_now(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

double rss_now(void) {
  FILE* file = fopen("/proc/self/statm", "r");
  long size = 0;
  long resident = 0;
  if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
    die("/proc/self/statm");
  fclose(file);
  return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

struct sockaddr_in service_address(const struct Options* options) {
  struct sockaddr_in address = {0};
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)options->port);
  if (inet_pton(AF_INET, options->host, &address.sin_addr) != 1 ||
      (ntohl(address.sin_addr.s_addr) >> 24) != 127) {
    fprintf(stderr, "bare_loop: %s is not 127.x.x.x\n", options->host);
    exit(3);
  }
  return address;
}

static int make_socket(const struct Options* options, uint64_t number,
                       int flags) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  const int on = 1;
  if (fd < 0) die("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options->sources > 0) {
    struct sockaddr_in from = {0};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr =
        htonl(0x7f000002u + (uint32_t)(number % (uint64_t)options->sources));
    /* The port is chosen by connect(), which may share it between peers. */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr*)&from, sizeof from) != 0) die("bind");
  }
  return fd;
}

int open_blocking(const struct Options* options) {
  static uint64_t number;
  const int fd = make_socket(options, number++, 0);
  const struct sockaddr_in to = service_address(options);
  if (connect(fd, (const struct sockaddr*)&to, sizeof to) != 0) die("connect");
  return fd;
}

int open_started(const struct Options* options, uint64_t number) {
  static struct sockaddr_in to;
  if (to.sin_family == 0) to = service_address(options);
  const int fd = make_socket(options, number, SOCK_NONBLOCK);
  if (connect(fd, (const struct sockaddr*)&to, sizeof to) != 0 &&
      errno != EINPROGRESS) {
    close(fd);
    return -1;
  }
  return fd;
}

void set_blocking(int fd, bool blocking) {
  const int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void write_all(int fd, const void* data, size_t size) {
  if (send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size) die("send");
}

size_t upgrade_text(const struct Options* options, char* out, size_t room) {
  return (size_t)snprintf(out, room,
                          "GET %s HTTP/1.1\r\nHost: %s:%d\r\n"
                          "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: 13\r\n\r\n",
                          options->path, options->host, options->port);
}

size_t get_text(const struct Options* options, bool close, char* out,
                size_t room) {
  return (size_t)snprintf(out, room, "GET %s HTTP/1.1\r\nHost: %s:%d\r\n%s\r\n",
                          options->path, options->host, options->port,
                          close ? "Connection: close\r\n" : "");
}

size_t head_size(const char* data, size_t size) {
  const char* end = memmem(data, size, "\r\n\r\n", 4);
  return end == NULL ? 0 : (size_t)(end - data) + 4;
}

size_t learn_reply_size(int fd, const char* request, size_t size) {
  char reply[65536];
  size_t got = 0;
  size_t head = 0;
  write_all(fd, request, size);
  while (got < sizeof reply - 1) {
    const ssize_t n = recv(fd, reply + got, sizeof reply - 1 - got, 0);
    if (n <= 0) die("the first reply");
    got += (size_t)n;
    reply[got] = '\0';
    head = head_size(reply, got);
    if (head == 0) continue;
    const char* length = strcasestr(reply, "\r\nContent-Length:");
    if (length == NULL || length > reply + head) break;
    if (strncmp(reply, "HTTP/1.1 200", 12) != 0) break;
    const size_t whole = head + strtoul(length + 17, NULL, 10);
    if (got == whole) return whole;
  }
  fprintf(stderr, "bare_loop: no reply of a known length: %.200s\n", reply);
  exit(4);
}
