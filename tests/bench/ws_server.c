/* The WebSocket server that every driver is measured against: one thread,
 * one epoll. Plain GETs get 1 KB, so that HTTP drivers can be held, too. */
#include "ws_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kEvents = 512 };

/* Bytes that have to wait. */
struct Kept {
  unsigned char* data;
  size_t size;
};

struct Peer {
  int fd;
  bool upgraded;
  bool answered;
  bool bye;
  struct Kept in;  /* the beginning of a frame */
  struct Kept out; /* what the kernel did not take; nothing is read then */
};

static struct Server {
  int epoll;
  int listener;
  long open;
  long answered; /* of the open ones, those that got their first answer */
  long milestone;
  double first_accept;
  uint64_t accepted;
  uint64_t upgraded;
  uint64_t taken;
} server;

static unsigned char in[kRoom * 2];
static unsigned char out[kRoom * 2];
static volatile sig_atomic_t stopped;

static void on_signal(int signal) {
  (void)signal;
  stopped = 1;
}

static void die(const char* what) {
  fprintf(stderr, "ws_server: %s: %s\n", what, strerror(errno));
  exit(4);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void drop(struct Peer* peer) {
  close(peer->fd);
  --server.open;
  server.answered -= peer->answered;
  free(peer->in.data);
  free(peer->out.data);
  free(peer);
}

static void set(struct Kept* kept, const unsigned char* data, size_t size) {
  unsigned char* copy = NULL;
  if (size > 0) {
    copy = malloc(size);
    if (copy == NULL) die("malloc");
    memcpy(copy, data, size);
  }
  free(kept->data);
  kept->data = copy;
  kept->size = size;
}

static void append(struct Kept* kept, const unsigned char* data, size_t size) {
  kept->data = realloc(kept->data, kept->size + size);
  if (kept->data == NULL) die("realloc");
  memcpy(kept->data + kept->size, data, size);
  kept->size += size;
}

static void watch(struct Peer* peer, int what, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = peer};
  if (epoll_ctl(server.epoll, what, peer->fd, &event) != 0) die("epoll_ctl");
}

static bool push(struct Peer* peer, const unsigned char* data, size_t size) {
  if (peer->out.size > 0) {
    append(&peer->out, data, size);
    return true;
  }
  const ssize_t sent = send(peer->fd, data, size, MSG_NOSIGNAL);
  if (sent == (ssize_t)size) return true;
  if (sent < 0 && errno != EAGAIN) return false;
  const size_t done = sent < 0 ? 0 : (size_t)sent;
  append(&peer->out, data + done, size - done);
  watch(peer, EPOLL_CTL_MOD, EPOLLOUT);
  return true;
}

static void first_answer(struct Peer* peer) {
  peer->answered = true;
  if (++server.answered != server.milestone) return;
  printf("open %ld %.6f\n", server.answered, now() - server.first_accept);
  fflush(stdout);
}

/* Answers every whole request of `in`; false: the peer has to go. */
static bool serve(struct Peer* peer, size_t size) {
  size_t used = 0;
  size_t filled = 0;
  while (used < size && !peer->bye) {
    const struct Taken taken =
        peer->upgraded ? take_frame(in + used, size - used, out + filled)
                       : take_head(in + used, size - used, out + filled);
    if (taken.step == kMore) break;
    used += taken.in;
    filled += taken.out;
    ++server.taken;
    if (!peer->answered) first_answer(peer);
    if (taken.step == kUpgraded) {
      peer->upgraded = true;
      ++server.upgraded;
    }
    if (taken.step == kBye) peer->bye = true;
    if (filled < sizeof out - kRoom - kAnswerRoom) continue;
    if (!push(peer, out, filled)) return false;
    filled = 0;
  }
  if (filled > 0 && !push(peer, out, filled)) return false;
  if (peer->bye) return peer->out.size > 0;
  if (used < size || peer->in.size > 0) set(&peer->in, in + used, size - used);
  return true;
}

static bool on_readable(struct Peer* peer) {
  const size_t kept = peer->in.size;
  if (kept > 0) memcpy(in, peer->in.data, kept);
  /* Small reads while nothing is kept: the cache stays warm. */
  const size_t room = kept > 0 ? sizeof in - kept : 65536;
  const ssize_t n = recv(peer->fd, in + kept, room, 0);
  if (n < 0 && errno == EAGAIN) return true;
  return n > 0 && serve(peer, kept + (size_t)n);
}

static bool on_writable(struct Peer* peer) {
  const ssize_t n =
      send(peer->fd, peer->out.data, peer->out.size, MSG_NOSIGNAL);
  if (n < 0) return errno == EAGAIN;
  set(&peer->out, peer->out.data + n, peer->out.size - (size_t)n);
  if (peer->out.size > 0) return true;
  watch(peer, EPOLL_CTL_MOD, EPOLLIN);
  return !peer->bye;
}

static void on_accept(void) {
  for (int i = 0; i < 64; ++i) {
    const int fd =
        accept4(server.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    struct Peer* peer = calloc(1, sizeof *peer);
    if (peer == NULL) die("calloc");
    peer->fd = fd;
    if (server.open++ == 0 && server.answered == 0) server.first_accept = now();
    ++server.accepted;
    watch(peer, EPOLL_CTL_ADD, EPOLLIN);
  }
}

static void listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port)};
  socklen_t size = sizeof address;
  const int on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.listener =
      socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(server.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  /* Accepted sockets inherit it. */
  setsockopt(server.listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(server.listener, (struct sockaddr*)&address, size) != 0 ||
      listen(server.listener, 65535) != 0 ||
      getsockname(server.listener, (struct sockaddr*)&address, &size) != 0)
    die("listen");
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(server.epoll, EPOLL_CTL_ADD, server.listener, &event) != 0)
    die("epoll_ctl");
  printf("ready %d\n", ntohs(address.sin_port));
  fflush(stdout);
}

static void turn(void) {
  struct epoll_event events[kEvents];
  const int count = epoll_wait(server.epoll, events, kEvents, -1);
  for (int i = 0; i < count; ++i) {
    struct Peer* peer = events[i].data.ptr;
    if (peer == NULL) {
      on_accept();
      continue;
    }
    const bool stays =
        peer->out.size > 0 ? on_writable(peer) : on_readable(peer);
    if (!stays) drop(peer);
  }
}

/* ws_server [PORT [MILESTONE]]: says "ready PORT", and "open N SECONDS"
 * when so many connections have had their first answer. */
int main(int argc, char** argv) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  server.milestone = argc > 2 ? atol(argv[2]) : -1;
  listen_on(argc > 1 ? atoi(argv[1]) : 0);
  while (!stopped) turn();
  printf("{\"accepted\":%llu,\"upgraded\":%llu,\"taken\":%llu}\n",
         (unsigned long long)server.accepted,
         (unsigned long long)server.upgraded, (unsigned long long)server.taken);
  return 0;
}
