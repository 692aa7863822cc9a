/* Requests and replies over connections that stay: HTTP keep-alive, Redis
 * SET, WebSocket echo. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare_loop.h"

enum { kEvents = 256, kEchoSize = 20 };

static char scratch[1 << 16];

static void prepare_redis(const struct Options* options,
                          struct Exchange* exchange) {
  static const char set[] =
      "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000001\r\n$3\r\nVXK\r\n";
  for (int i = 0; i < options->pipeline; ++i) {
    if (exchange->request_size + sizeof set > sizeof exchange->request) {
      fprintf(stderr, "bare_loop: -P %d is too much\n", options->pipeline);
      exit(3);
    }
    memcpy(exchange->request + exchange->request_size, set, sizeof set - 1);
    exchange->request_size += sizeof set - 1;
    exchange->reply_size += 5; /* +OK\r\n */
  }
}

static void prepare_echo(struct Exchange* exchange) {
  static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
  unsigned char* out = (unsigned char*)exchange->request;
  out[0] = 0x82;
  out[1] = 0x80 | kEchoSize;
  memcpy(out + 2, mask, 4);
  for (int i = 0; i < kEchoSize; ++i)
    out[6 + i] = (unsigned char)('a' + i) ^ mask[i % 4];
  exchange->request_size = 6 + kEchoSize;
  exchange->reply_size = 2 + kEchoSize;
}

static void upgrade(const struct Options* options, int fd) {
  char text[1024];
  size_t got = 0;
  write_all(fd, text, upgrade_text(options, text, sizeof text));
  while (head_size(scratch, got) == 0) {
    const ssize_t n = recv(fd, scratch + got, sizeof scratch - got, 0);
    if (n <= 0) die("the upgrade");
    got += (size_t)n;
  }
  if (strncmp(scratch, "HTTP/1.1 101", 12) != 0) {
    fprintf(stderr, "bare_loop: refused: %.*s\n", 60, scratch);
    exit(4);
  }
}

static void prepare(const struct Options* options, struct Exchange* exchange,
                    struct Connection* all) {
  const bool http = strcmp(options->mode, "http-keepalive") == 0;
  const bool echo = strcmp(options->mode, "ws-echo") == 0;
  if (http) {
    exchange->request_size =
        get_text(options, false, exchange->request, sizeof exchange->request);
  } else if (echo) {
    prepare_echo(exchange);
  } else {
    prepare_redis(options, exchange);
  }
  for (int i = 0; i < options->connections; ++i) {
    all[i].fd = open_blocking(options);
    if (echo) upgrade(options, all[i].fd);
    if (http && i == 0)
      exchange->reply_size = learn_reply_size(all[i].fd, exchange->request,
                                              exchange->request_size);
    set_blocking(all[i].fd, false);
  }
}

/* Counts what came; asks again when the reply is whole. */
static void on_readable(const struct Exchange* exchange,
                        struct Connection* connection, uint64_t worth,
                        struct Result* result) {
  const ssize_t n = recv(connection->fd, scratch, sizeof scratch, 0);
  if (n <= 0) {
    if (n < 0 && errno == EAGAIN) return;
    ++result->errors;
    close(connection->fd);
    connection->fd = -1;
    return;
  }
  connection->got += (uint32_t)n;
  if (connection->got < exchange->reply_size) return;
  if (connection->got > exchange->reply_size) ++result->errors;
  connection->got = 0;
  result->operations += worth;
  write_all(connection->fd, exchange->request, exchange->request_size);
}

void run_exchange(const struct Options* options, struct Result* result) {
  struct Connection* all =
      calloc((size_t)options->connections, sizeof(struct Connection));
  struct Exchange exchange = {0};
  const bool redis = strcmp(options->mode, "redis-set") == 0;
  const uint64_t worth = redis ? (uint64_t)options->pipeline : 1;
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event events[kEvents];
  if (all == NULL || epoll < 0) die("epoll");
  prepare(options, &exchange, all);
  for (int i = 0; i < options->connections; ++i) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &event) != 0)
      die("epoll_ctl");
  }
  const double cpu = cpu_now();
  const double start = now();
  for (int i = 0; i < options->connections; ++i)
    write_all(all[i].fd, exchange.request, exchange.request_size);
  while (now() - start < options->seconds &&
         result->errors < (uint64_t)options->connections) {
    const int count = epoll_wait(epoll, events, kEvents, 100);
    for (int i = 0; i < count; ++i)
      on_readable(&exchange, &all[events[i].data.u32], worth, result);
  }
  result->seconds = now() - start;
  result->cpu_seconds = cpu_now() - cpu;
  free(all);
}
