// A program that holds one block in each of the ways a program can, and does
// what it is told, letter by letter, on stdin: run by frozen_test.cc while a
// copy of it stands still.

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/agent/frozen_subject.h"

extern char** environ;

void* g_room;
namespace chat {
struct Lobby {
  long members[2];
  void* last;
} g_lobby;
struct Session {
  explicit Session(long n) : number(n) {}
  virtual ~Session() = default;
  long number;
};
}  // namespace chat
static chat::Session* g_session;
thread_local void* t_own = nullptr;

namespace {

volatile sig_atomic_t children_told = 0;
void count_child(int) { children_told = children_told + 1; }

void say(const char* format, ...) {
  char line[200];
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  line[n++] = '\n';
  (void)!write(STDOUT_FILENO, line, static_cast<size_t>(n));
}

void require(bool good, const char* what) {
  if (good) return;
  fprintf(stderr, "subject: %s (errno %d)\n", what, errno);
  abort();
}

[[gnu::noinline]] void hold_in_static_local() {
  static void* volatile cache;
  cache = malloc(kStaticLocal);
}

[[gnu::noinline]] void lose() {
  void* volatile lost = malloc(kLost);
  lost = nullptr;
}

// Its address is kept in a form in which nobody finds it.
uintptr_t hidden_mapping;

[[gnu::noinline]] void hold_in_mapping() {
  void* at = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  require(at != MAP_FAILED, "mmap");
  static_cast<void**>(at)[5] = malloc(kInMapping);
  hidden_mapping = ~reinterpret_cast<uintptr_t>(at);
}

// Address space for gigabytes of which a page is used.
[[gnu::noinline]] void reserve_much() {
  void* at = mmap(nullptr, 4ul << 30, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(at != MAP_FAILED, "mmap");
  static_cast<char*>(at)[2ul << 30] = 1;
}

pthread_key_t key;
int wake_worker[2];

// Only the system call's argument points to the block: what it was passed in
// may be overwritten.
[[gnu::noinline]] void* worker_blocks(void* buffer) {
  char* in_register = static_cast<char*>(buffer);
  ssize_t got = read(wake_worker[0], in_register, 1);
  return got == 1 ? in_register : nullptr;
}

void* work(void*) {
  pthread_setname_np(pthread_self(), "worker");
  t_own = malloc(kThreadLocalOfWorker);
  pthread_setspecific(key, malloc(kSpecific));
  void* volatile on_stack = malloc(kStackOfWorker);
  void* buffer = malloc(kRegister);
  say("worker");
  void* woken = worker_blocks(buffer);
  return woken == on_stack ? woken : nullptr;
}

void* end_at_once(void*) {
  void* volatile stale = malloc(kStaleStack);
  return stale == nullptr ? stale : nullptr;
}

void hold_everything() {
  pthread_t thread;
  // Its stack is kept for the next thread, and the worker does not take it.
  require(pthread_create(&thread, nullptr, end_at_once, nullptr) == 0,
          "thread");
  pthread_attr_t large;
  pthread_attr_init(&large);
  pthread_attr_setstacksize(&large, 9 << 20);
  require(pthread_join(thread, nullptr) == 0, "join");
  g_room = malloc(kGlobal);
  chat::g_lobby.last = malloc(kInGlobal);
  g_session = new chat::Session(7);
  hold_in_static_local();
  t_own = malloc(kThreadLocalOfMain);
  lose();
  hold_in_mapping();
  reserve_much();
  require(pthread_key_create(&key, nullptr) == 0, "key");
  require(pipe(wake_worker) == 0, "pipe");
  require(pthread_create(&thread, &large, work, nullptr) == 0, "thread");
}

int listener = -1;
int connection = -1;

void listen_somewhere() {
  listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  sockaddr* generic = reinterpret_cast<sockaddr*>(&address);
  require(bind(listener, generic, size) == 0, "bind");
  require(listen(listener, 1) == 0, "listen");
  require(getsockname(listener, generic, &size) == 0, "getsockname");
  say("port %d", ntohs(address.sin_port));
  connection = accept(listener, nullptr, nullptr);
  require(connection >= 0, "accept");
  say("accepted");
}

void fork_and_wait() {
  pid_t child = fork();
  if (child == 0) {
    g_room = malloc(kOfChild);
    _exit(g_room != nullptr ? 3 : 4);
  }
  int status = 0;
  require(waitpid(-1, &status, 0) == child, "waitpid");
  say("child %d", WEXITSTATUS(status));
}

void be_refused_forks() {
  // Root may always fork.
  if (geteuid() == 0)
    require(setresgid(65534, 65534, 65534) == 0 &&
                setresuid(65534, 65534, 65534) == 0,
            "setresuid");
  rlimit one = {1, 1};
  require(setrlimit(RLIMIT_NPROC, &one) == 0, "setrlimit");
  say("refused");
}

void exec_self(char** argv) {
  execv("/proc/self/exe", argv);
  require(false, "execv");
}

// Blocked here, with a block that only this function's frame points to.
[[gnu::noinline]] void take_orders(char** argv) {
  void* volatile on_stack = malloc(kStackOfMain);
  char order;
  while (read(STDIN_FILENO, &order, 1) == 1) switch (order) {
      case 'a':
        free(malloc(1));
        say("allocated");
        break;
      case 'b':  // more than any allocator has in stock
        free(malloc(5 << 20));
        say("mapped");
        break;
      case 'h':
        hold_everything();
        break;
      case 'w': {
        int status = 0;
        pid_t got = waitpid(-1, &status, WNOHANG);
        say("waitpid %d %s, SIGCHLD %d", got,
            got < 0 ? strerrorname_np(errno) : "", int(children_told));
        break;
      }
      case 'l':
        listen_somewhere();
        break;
      case 'c':
        close(connection);
        say("closed");
        break;
      case 'f':
        fork_and_wait();
        break;
      case 'u':
        be_refused_forks();
        break;
      case 'x':
        exec_self(argv);
        break;
    }
  free(on_stack);
}

}  // namespace

int main(int, char** argv) {
  signal(SIGCHLD, count_child);
  say("started");
  take_orders(argv);
}
