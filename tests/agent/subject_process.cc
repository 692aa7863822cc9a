// Cases about processes, threads, signals and the loader. Each says "ready"
// itself, where and as often as it has something to show.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "tests/agent/subject.h"

extern char** environ;

namespace {

void require(bool good, const char* what) {
  if (good) return;
  fprintf(stderr, "subject: %s (errno %d)\n", what, errno);
  abort();
}

void fork_thousand() {
  keep(malloc(kMark(0)));
  for (int i = 0; i < 1000; ++i) {
    pid_t child = fork();
    if (child == 0) {
      void* p = malloc(kMark(1));
      escape(p);
      free(p);
      keep(malloc(kMark(2)));
      _exit(i % 100);
    }
    int status = 0;
    require(waitpid(child, &status, 0) == child, "waitpid");
    require(WIFEXITED(status) && WEXITSTATUS(status) == i % 100,
            "the child ended otherwise");
  }
  ready_and_wait();
}

// The child frees what it inherited and keeps something of its own; the
// parent's table must show nothing of that, and the other way round.
void fork_apart() {
  void* both = malloc(kMark(0));
  keep(malloc(kMark(1)));
  int to_parent[2];
  require(pipe(to_parent) == 0, "pipe");
  pid_t child = fork();
  if (child == 0) {
    free(both);
    keep(malloc(kMark(2)));
    char line[32];
    int n = snprintf(line, sizeof line, "child %d\n", getpid());
    require(write(STDOUT_FILENO, line, size_t(n)) == n, "write");
    ready_and_wait();
    _exit(0);
  }
  keep(malloc(kMark(3)));
  waitpid(child, nullptr, 0);
}

void daemonise() {
  keep(malloc(kMark(0)));
  if (fork() != 0) _exit(0);
  setsid();
  if (fork() != 0) _exit(0);
  // As daemon(3) does and then some: every descriptor but the test's pipes.
  for (int fd = 3; fd < 1024; ++fd) close(fd);
  syscall(SYS_close_range, 3u, ~0u, 0u);
  keep(malloc(kMark(1)));
  char line[32];
  int n = snprintf(line, sizeof line, "child %d\n", getpid());
  require(write(STDOUT_FILENO, line, size_t(n)) == n, "write");
  ready_and_wait();
}

void spawn_and_vfork() {
  keep(malloc(kMark(0)));
  char* arguments[] = {const_cast<char*>("true"), nullptr};
  for (int i = 0; i < 50; ++i) {
    pid_t child;
    require(posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments,
                        environ) == 0,
            "posix_spawn");
    int status;
    waitpid(child, &status, 0);
    require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "true is false");
    child = vfork();
    if (child == 0) {
      execv("/bin/true", arguments);
      _exit(127);
    }
    waitpid(child, &status, 0);
    require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "vfork");
  }
  ready_and_wait();
}

void exec_other() {
  keep(malloc(kMark(0)));
  char self[4096];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  require(n > 0, "readlink");
  self[n] = 0;
  char* arguments[] = {self, const_cast<char*>("exec_target"), nullptr};
  execv(self, arguments);
  require(false, "execv");
}

void exec_target() {
  keep(malloc(kMark(1)));
  ready_and_wait();
}

void many_threads() {
  for (int batch = 0; batch < 1000; ++batch) {
    std::thread threads[10];
    for (std::thread& thread : threads)
      thread = std::thread([] {
        void* p = malloc(kMark(0));
        escape(p);
        free(p);
      });
    for (std::thread& thread : threads) thread.join();
  }
  keep(malloc(kMark(1)));
  ready_and_wait();
}

pthread_key_t key;

void allocate_at_the_end(void* round) {
  void* p = malloc(kMark(0));
  escape(p);
  free(p);
  keep(malloc(kMark(1)));
  // Once more, in the next round of destructors.
  if (reinterpret_cast<intptr_t>(round) < 3)
    pthread_setspecific(
        key, reinterpret_cast<void*>(reinterpret_cast<intptr_t>(round) + 1));
}

struct AtThreadEnd {
  ~AtThreadEnd() { keep(malloc(kMark(2))); }
  int used = 0;
};
thread_local AtThreadEnd at_thread_end;

void tls_destructors() {
  require(pthread_key_create(&key, allocate_at_the_end) == 0, "key");
  for (int i = 0; i < 10; ++i)
    std::thread([] {
      pthread_setspecific(key, reinterpret_cast<void*>(1));
      at_thread_end.used = 1;
    }).join();
  ready_and_wait();
}

volatile sig_atomic_t handled = 0;

void allocate_in_handler(int) {
  void* p = malloc(kMark(0));
  free(p);
  handled = handled + 1;
}

// The handler interrupts malloc's hook again and again. (malloc in a handler
// is the program's own risk; jemalloc and glibc live with it while the main
// thread allocates other sizes most of the time: the handler runs between
// allocations here, the hook being entered through raise.)
void signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = allocate_in_handler;
  sigaction(SIGUSR1, &action, nullptr);
  stack_t alternative = {};
  alternative.ss_sp = malloc(64 * 1024);
  alternative.ss_size = 64 * 1024;
  sigaltstack(&alternative, nullptr);
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR2, &action, nullptr);
  for (int i = 0; i < 5000; ++i) {
    void* p = malloc(kMark(1));
    raise(SIGUSR1);
    raise(SIGUSR2);
    free(p);
  }
  require(handled == 10000, "handlers ran");
  keep(malloc(kMark(2)));
  ready_and_wait();
}

void dlopen_loop() {
  const char* library = getenv("SUBJECT_PLUGIN");
  require(library != nullptr, "SUBJECT_PLUGIN");
  for (int i = 0; i < 200; ++i) {
    void* handle = dlopen(library, RTLD_NOW | (i % 2 ? RTLD_GLOBAL : 0));
    if (!handle) fprintf(stderr, "%s\n", dlerror());
    require(handle != nullptr, "dlopen");
    auto make =
        reinterpret_cast<void* (*)(size_t)>(dlsym(handle, "plugin_make"));
    require(make != nullptr, "dlsym");
    void* p = make(kMark(0));
    escape(p);
    free(p);
    if (i == 199) keep(make(kMark(1)));
    dlclose(handle);
  }
  ready_and_wait();
}

void exit_paths() {
  atexit([] {
    void* p = malloc(kMark(0));
    escape(p);
    free(p);
  });
  keep(malloc(kMark(1)));
  exit(7);
}

void crash() {
  for (int i = 0; i < 9; ++i) keep(malloc(kMark(0)));
  ready_and_wait();
  raise(SIGSEGV);
}

void foreign_free() {
  // A double free would be glibc's to punish; a free of null and a free of
  // something allocated before the agent's table are harmless.
  free(nullptr);
  void* p = malloc(kMark(0));
  escape(p);
  free(p);
  keep(malloc(kMark(1)));
  ready_and_wait();
}

// 64 MiB in small blocks, of which every sixty-fourth stays.
void fragmented() {
  constexpr size_t kBlocks = 262144;
  static void* blocks[kBlocks];
  for (void*& block : blocks) {
    block = malloc(240);
    memset(block, 1, 240);
  }
  require(write(STDOUT_FILENO, "filled\n", 7) == 7, "write");
  char c;
  require(read(STDIN_FILENO, &c, 1) == 1, "read");
  for (size_t i = 0; i < kBlocks; ++i)
    if (i % 64 != 0) free(blocks[i]);
  keep(malloc(kMark(0)));
  require(write(STDOUT_FILENO, "freed\n", 6) == 6, "write");
  ready_and_wait();
}

// What a block of each size can really hold.
void usable_sizes() {
  for (size_t n : {1, 8, 24, 25, 100, 1000, 5000, 20000, 100000}) {
    void* block = malloc(n);
    char text[64];
    int length =
        snprintf(text, sizeof text, "%zu %zu\n", n, malloc_usable_size(block));
    require(write(STDOUT_FILENO, text, size_t(length)) == length, "write");
    keep(block);
  }
  char c;
  require(read(STDIN_FILENO, &c, 1) == 1, "read");
  keep(malloc(kMark(0)));
  require(write(STDOUT_FILENO, "asked\n", 6) == 6, "write");
  ready_and_wait();
}

void small_limits() {
  keep(malloc(kMark(0)));
  ready_and_wait();
}

}  // namespace

const SubjectCase kProcessCases[] = {
    {"fork_thousand", fork_thousand},
    {"fork_apart", fork_apart},
    {"daemonise", daemonise},
    {"spawn_and_vfork", spawn_and_vfork},
    {"exec_other", exec_other},
    {"exec_target", exec_target},
    {"many_threads", many_threads},
    {"tls_destructors", tls_destructors},
    {"signal_handlers", signal_handlers},
    {"dlopen_loop", dlopen_loop},
    {"exit_paths", exit_paths},
    {"crash", crash},
    {"foreign_free", foreign_free},
    {"fragmented", fragmented},
    {"usable_sizes", usable_sizes},
    {"small_limits", small_limits},
};
const std::size_t kProcessCaseCount =
    sizeof kProcessCases / sizeof *kProcessCases;
