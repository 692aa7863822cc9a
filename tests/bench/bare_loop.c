/* The bare epoll driver: the limit for drivers on this machine. Prints one
 * line of JSON. */
#include "bare_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* const usage =
    "bare_loop MODE [-h 127.0.0.1] -p PORT [-u /path] [-c connections]\n"
    "  [-r seconds] [-P pipeline] [-s source addresses] [-g] [-e]\n"
    "MODE: http-keepalive http-close http-idle redis-set ws-echo ws-churn\n"
    "  ws-idle; -g: ws-churn with a close handshake; -e: churn sends right\n"
    "  after connect() instead of awaiting its end\n";

static const char* const modes[] = {"http-keepalive", "http-close", "http-idle",
                                    "redis-set",      "ws-echo",    "ws-churn",
                                    "ws-idle"};

static void give_up(void) {
  fputs(usage, stderr);
  exit(3);
}

static struct Options parse(int argc, char** argv) {
  struct Options options = {.host = "127.0.0.1",
                            .path = "/",
                            .connections = 50,
                            .pipeline = 1,
                            .seconds = 3};
  if (argc < 2) give_up();
  for (size_t i = 0; i < sizeof modes / sizeof *modes; ++i)
    if (strcmp(argv[1], modes[i]) == 0) options.mode = modes[i];
  optind = 2;
  for (int c; (c = getopt(argc, argv, "h:p:u:c:r:P:s:ge")) != -1;) {
    if (c == 'h') options.host = optarg;
    if (c == 'p') options.port = atoi(optarg);
    if (c == 'u') options.path = optarg;
    if (c == 'c') options.connections = atoi(optarg);
    if (c == 'r') options.seconds = atof(optarg);
    if (c == 'P') options.pipeline = atoi(optarg);
    if (c == 's') options.sources = atoi(optarg);
    if (c == 'g') options.graceful = true;
    if (c == 'e') options.eager = true;
    if (c == '?') give_up();
  }
  if (options.mode == NULL || options.port <= 0 || options.port > 65535 ||
      options.connections <= 0 || options.pipeline <= 0 || options.seconds < 0)
    give_up();
  return options;
}

int main(int argc, char** argv) {
  const struct Options options = parse(argc, argv);
  struct Result result = {0};
  if (strstr(options.mode, "-idle") != NULL ||
      strcmp(options.mode, "http-close") == 0 ||
      strcmp(options.mode, "ws-churn") == 0)
    run_churn(&options, &result);
  else
    run_exchange(&options, &result);
  printf(
      "{\"mode\":\"%s\",\"operations\":%llu,\"seconds\":%.6f,"
      "\"cpu_seconds\":%.6f,\"errors\":%llu,\"open_seconds\":%.6f,"
      "\"rss_per_connection\":%.1f}\n",
      options.mode, (unsigned long long)result.operations, result.seconds,
      result.cpu_seconds, (unsigned long long)result.errors,
      result.open_seconds, result.rss_per_connection);
  return result.errors == 0 ? 0 : 1;
}
