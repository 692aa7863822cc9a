/* Connections that come and go (http-close, ws-churn) or come and stay
 * (ws-idle, http-idle). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare_loop.h"

enum {
  kEvents = 256,
  /* Idle: so many are connecting at once, well below a listen backlog. */
  kOpening = 256,
};

enum Phase { kConnecting, kWaiting, kClosing, kHeld };

struct Visitor {
  struct Connection wire;
  enum Phase phase;
  uint32_t tail; /* the last four bytes of a head */
};

struct Churn {
  const struct Options* options;
  struct Result* result;
  struct Visitor* all;
  struct Exchange exchange; /* reply_size 0: to the end of the head */
  int epoll;
  bool stays;
  uint64_t opened;
  int open; /* idle: those that have been answered */
  int dead; /* churn: slots to begin again in the next round */
};

static char scratch[1 << 16];

static void failed(struct Churn* churn, uint32_t index) {
  ++churn->result->errors;
  ++churn->dead;
  if (churn->all[index].wire.fd >= 0) close(churn->all[index].wire.fd);
  churn->all[index].wire.fd = -1;
}

static void ask(struct Churn* churn, uint32_t index) {
  struct Visitor* visitor = &churn->all[index];
  const ssize_t n = send(visitor->wire.fd, churn->exchange.request,
                         churn->exchange.request_size, MSG_NOSIGNAL);
  if (n == (ssize_t)churn->exchange.request_size) {
    visitor->phase = kWaiting;
  } else if (n >= 0 || (errno != EAGAIN && errno != ENOTCONN)) {
    failed(churn, index);
  }
}

static void begin(struct Churn* churn, uint32_t index) {
  struct Visitor* visitor = &churn->all[index];
  visitor->wire.got = 0;
  visitor->phase = kConnecting;
  visitor->wire.fd = open_started(churn->options, churn->opened++);
  visitor->tail = 0;
  if (visitor->wire.fd < 0) {
    failed(churn, index);
    return;
  }
  /* Edges: one epoll_ctl serves the whole life, and close() ends it. */
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET,
                              .data.u32 = index};
  if (epoll_ctl(churn->epoll, EPOLL_CTL_ADD, visitor->wire.fd, &event) != 0)
    die("epoll_ctl");
  if (churn->options->eager) ask(churn, index);
}

static void leave(struct Churn* churn, uint32_t index) {
  struct Visitor* visitor = &churn->all[index];
  ++churn->result->operations;
  if (churn->stays) {
    visitor->phase = kHeld;
    ++churn->open;
    return;
  }
  close(visitor->wire.fd);
  begin(churn, index);
}

static void answered(struct Churn* churn, uint32_t index) {
  static const unsigned char bye[8] = {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8};
  if (churn->options->graceful && churn->exchange.reply_size == 0) {
    churn->all[index].phase = kClosing;
    if (send(churn->all[index].wire.fd, bye, sizeof bye, MSG_NOSIGNAL) < 0)
      failed(churn, index);
    return;
  }
  leave(churn, index);
}

static void on_readable(struct Churn* churn, uint32_t index) {
  struct Visitor* visitor = &churn->all[index];
  const ssize_t n = recv(visitor->wire.fd, scratch, sizeof scratch, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    failed(churn, index);
    return;
  }
  if (visitor->phase == kClosing) {
    if ((unsigned char)scratch[0] == 0x88)
      leave(churn, index);
    else
      failed(churn, index);
    return;
  }
  visitor->wire.got += (uint32_t)n;
  if (churn->exchange.reply_size != 0) {
    if (visitor->wire.got >= churn->exchange.reply_size) answered(churn, index);
    return;
  }
  for (ssize_t i = n < 4 ? 0 : n - 4; i < n; ++i)
    visitor->tail = visitor->tail << 8 | (unsigned char)scratch[i];
  if (visitor->tail == 0x0d0a0d0a) answered(churn, index);
}

static void on_event(struct Churn* churn, const struct epoll_event* event) {
  const uint32_t index = event->data.u32;
  struct Visitor* visitor = &churn->all[index];
  if (visitor->wire.fd < 0) return;
  if (visitor->phase == kConnecting) {
    if (event->events & (EPOLLERR | EPOLLHUP))
      failed(churn, index);
    else if (event->events & EPOLLOUT)
      ask(churn, index);
    return;
  }
  if (visitor->phase != kHeld && (event->events & EPOLLIN))
    on_readable(churn, index);
}

static void prepare(struct Churn* churn) {
  const struct Options* options = churn->options;
  struct Exchange* exchange = &churn->exchange;
  if (strncmp(options->mode, "ws-", 3) == 0) {
    exchange->request_size =
        upgrade_text(options, exchange->request, sizeof exchange->request);
    return;
  }
  exchange->request_size = get_text(options, !churn->stays, exchange->request,
                                    sizeof exchange->request);
  const int fd = open_blocking(options);
  exchange->reply_size =
      learn_reply_size(fd, exchange->request, exchange->request_size);
  close(fd);
}

static bool over(const struct Churn* churn, double passed) {
  if (churn->stays)
    return churn->open + (int)churn->result->errors >=
           churn->options->connections;
  return passed >= churn->options->seconds;
}

static void hold(struct Churn* churn, double rss, double start) {
  churn->result->open_seconds = now() - start;
  churn->result->rss_per_connection =
      (rss_now() - rss) / churn->options->connections;
  usleep((useconds_t)(churn->options->seconds * 1e6));
}

static void revive(struct Churn* churn) {
  for (uint32_t i = 0; i < (uint32_t)churn->options->connections; ++i) {
    if (churn->all[i].wire.fd >= 0) continue;
    --churn->dead;
    begin(churn, i);
  }
}

void run_churn(const struct Options* options, struct Result* result) {
  struct epoll_event events[kEvents];
  struct Churn churn = {.options = options, .result = result};
  const double rss = rss_now();
  churn.epoll = epoll_create1(EPOLL_CLOEXEC);
  churn.all = calloc((size_t)options->connections, sizeof(struct Visitor));
  if (churn.epoll < 0 || churn.all == NULL) die("epoll");
  churn.stays = strstr(options->mode, "-idle") != NULL;
  prepare(&churn);
  const double cpu = cpu_now();
  const double start = now();
  uint32_t begun = 0;
  while (!over(&churn, now() - start)) {
    while (begun < (uint32_t)options->connections &&
           (!churn.stays ||
            begun < (uint32_t)churn.open + (uint32_t)result->errors + kOpening))
      begin(&churn, begun++);
    const int count = epoll_wait(churn.epoll, events, kEvents, 100);
    for (int i = 0; i < count; ++i) on_event(&churn, &events[i]);
    if (churn.dead > 0 && !churn.stays) revive(&churn);
    if (result->errors > 1000 + (uint64_t)options->connections) break;
  }
  result->seconds = now() - start;
  result->cpu_seconds = cpu_now() - cpu;
  if (churn.stays) hold(&churn, rss, start);
  free(churn.all);
}
