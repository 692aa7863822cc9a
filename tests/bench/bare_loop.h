/* The limit that drivers are measured against: one thread, one epoll, no
 * parser beyond the end of a reply whose length is known beforehand. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct Options {
  const char* mode;
  const char* host;
  const char* path;
  int port;
  int connections;
  int pipeline;
  int sources;    /* so many addresses from 127.0.0.2 on; 0: the kernel's */
  double seconds; /* idle: how long the connections are held */
  bool graceful;  /* ws-churn: a close frame, and its answer is awaited */
  bool eager;     /* churn: send at once instead of awaiting EPOLLOUT */
};

struct Result {
  uint64_t operations;
  uint64_t errors;
  double seconds;
  double cpu_seconds;
  double open_seconds;       /* idle: until the last one is open */
  double rss_per_connection; /* idle: bytes */
};

/* What is sent again and again, and how much comes back for it. */
struct Exchange {
  char request[4096];
  size_t request_size;
  size_t reply_size;
};

struct Connection {
  int fd;
  uint32_t got; /* bytes of the reply that is on its way */
};

/* net.c: all of them end the program if the machine says no. */
void die(const char* what);
double now(void);
double cpu_now(void);
double rss_now(void);
struct sockaddr_in service_address(const struct Options* options);
int open_blocking(const struct Options* options);
int open_started(const struct Options* options, uint64_t number);
void set_blocking(int fd, bool blocking);
void write_all(int fd, const void* data, size_t size);
size_t upgrade_text(const struct Options* options, char* out, size_t room);
size_t get_text(const struct Options* options, bool close, char* out,
                size_t room);
size_t head_size(const char* data, size_t size);
/* Sends the request once and measures the reply; HTTP only. */
size_t learn_reply_size(int fd, const char* request, size_t size);

/* exchange.c: a fixed set of connections, each asking and waiting. */
void run_exchange(const struct Options* options, struct Result* result);

/* churn.c: connections that come and go, or come and stay. */
void run_churn(const struct Options* options, struct Result* result);
