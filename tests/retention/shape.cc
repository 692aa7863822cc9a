#include "tests/retention/shape.h"

#include <dlfcn.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace shapes {
namespace {

constexpr std::size_t kScrubbed = 256 * 1024;
constexpr int kFiller = 0x5a;

const char* shape_name = "";
void (*thread_body)() = nullptr;
pid_t thread_id = 0;
int thread_parked = 0;

// Appends to a buffer that outlives every frame.
class Line {
 public:
  [[gnu::format(printf, 2, 3)]] void add(const char* format, ...) {
    va_list more;
    va_start(more, format);
    size_ += static_cast<std::size_t>(
        std::vsnprintf(text_ + size_, sizeof text_ - size_, format, more));
    va_end(more);
    if (size_ >= sizeof text_) std::abort();
  }

  // Digit by digit, so that the address itself is in no argument.
  void add_address(Hidden address) {
    add("\"0x");
    for (int shift = 44; shift >= 0; shift -= 4) {
      const unsigned digit = (address.flipped() >> shift & 15) ^ 15;
      add("%c", "0123456789abcdef"[digit]);
    }
    add("\"");
  }

  void add_answers(const char* key, Answers answers, bool many) {
    add(",\"%s\":%s", key, many ? "[" : "");
    const char* between = "";
    for (const auto& [answer, word] : kWords) {
      if (!(answers & answer)) continue;
      add("%s\"%s\"", between, word);
      between = ",";
    }
    add("%s", many ? "]" : "");
  }

  void add_step(const Step& step) {
    add("{\"bytes\":%zu", step.bytes);
    if (*step.type) add(",\"type\":\"%s\"", step.type);
    if (step.offset >= 0) add(",\"offset\":%ld", step.offset);
    if (step.interior >= 0) {
      add(",\"interior\":%s", step.interior ? "true" : "false");
    }
    add(",\"repeated\":%u}", step.repeated);
  }

  std::span<const char> text() const { return {text_, size_}; }

 private:
  struct Word {
    Answers answer;
    const char* word;
  };
  static constexpr Word kWords[] = {{kReachable, "reachable"},
                                    {kDoubtful, "doubtful"},
                                    {kUnreachable, "unreachable"}};
  char text_[2048] = {};
  std::size_t size_ = 0;
};

Line line;

void add_path(const Truth& truth) {
  line.add(",\"path\":[");
  for (const Step& step : truth.through) {
    if (step.bytes == 0) break;
    line.add_step(step);
    line.add(",");
  }
  line.add_step({truth.type, truth.bytes, truth.offset, truth.interior, 1});
  line.add("]");
}

void add_root(const Truth& truth) {
  if (*truth.root_kind) line.add(",\"root_kind\":\"%s\"", truth.root_kind);
  if (*truth.also_kind) line.add(",\"also_kind\":\"%s\"", truth.also_kind);
  if (*truth.root) line.add(",\"root\":\"%s\"", truth.root);
  if (truth.root_offset >= 0) {
    line.add(",\"root_offset\":%ld", truth.root_offset);
  }
  if (truth.thread) line.add(",\"thread\":%d", truth.thread);
}

void* begin_thread(void*) {
  thread_id = gettid();
  thread_body();
  return nullptr;
}

}  // namespace

void name_shape(const char* name) { shape_name = name; }

void* block(std::size_t bytes) {
  void* made = std::malloc(bytes);
  std::memset(made, kFiller, bytes);
  keep(made);
  fence();
  return made;
}

void fence() { keep(std::malloc(32)); }

Hidden hidden_block(std::size_t bytes) { return Hidden(block(bytes)); }

void scrub_stack() {
  volatile char area[kScrubbed];
  std::memset(const_cast<char*>(area), 0, sizeof area);
  keep(area);
}

void clear_vectors() {
  // Nothing but a header that says: everything as at the start. MXCSR, at 24,
  // is loaded all the same.
  alignas(64) static std::uint32_t area[144] = {0, 0, 0, 0, 0, 0, 0x1f80};
  constexpr unsigned kAllVectors = 0xe7;  // x87, SSE, AVX, AVX-512
  if (__builtin_cpu_supports("avx")) {
    asm volatile("xrstor %0" : : "m"(area), "a"(kAllVectors), "d"(0));
    return;
  }
  asm volatile(
      "fninit\n"
      "pxor %xmm0, %xmm0\n"
      "pxor %xmm1, %xmm1\n"
      "pxor %xmm2, %xmm2\n"
      "pxor %xmm3, %xmm3\n"
      "pxor %xmm4, %xmm4\n"
      "pxor %xmm5, %xmm5\n"
      "pxor %xmm6, %xmm6\n"
      "pxor %xmm7, %xmm7\n"
      "pxor %xmm8, %xmm8\n"
      "pxor %xmm9, %xmm9\n"
      "pxor %xmm10, %xmm10\n"
      "pxor %xmm11, %xmm11\n"
      "pxor %xmm12, %xmm12\n"
      "pxor %xmm13, %xmm13\n"
      "pxor %xmm14, %xmm14\n"
      "pxor %xmm15, %xmm15\n");
}

[[gnu::naked]] long quiet_syscall(long, long, long, long) {
  asm("mov %rdi, %rax\n"
      "mov %rsi, %rdi\n"
      "mov %rdx, %rsi\n"
      "mov %rcx, %rdx\n"
      "xor %r8d, %r8d\n"
      "xor %r9d, %r9d\n"
      "xor %r10d, %r10d\n"
      "syscall\n"
      "ret\n");
}

std::span<const char> line_of(const Truth& truth) {
  line.add("{\"shape\":\"%s\",\"block\":", shape_name);
  line.add_address(truth.block);
  line.add(",\"bytes\":%zu,\"count\":1", truth.bytes);
  line.add_answers("held", truth.held, false);
  line.add_answers("also", truth.also, true);
  if (truth.plain) line.add_answers("plain", truth.plain, false);
  add_root(truth);
  if (!truth.any_path && truth.held != kUnreachable) add_path(truth);
  if (*truth.note) line.add(",\"note\":\"%s\"", truth.note);
  line.add("}\n");
  return line.text();
}

void stay(const Truth& truth, void (*last)()) {
  const std::span<const char> text = line_of(truth);
  scrub_stack();
  if (last) last();
  clear_vectors();
  quiet_syscall(SYS_write, STDOUT_FILENO, reinterpret_cast<long>(text.data()),
                static_cast<long>(text.size()));
  static char input;
  long got = 1;
  while (got > 0 || got == -EINTR) {
    got = quiet_syscall(SYS_read, STDIN_FILENO, reinterpret_cast<long>(&input),
                        1);
  }
}

pid_t start(void (*body)(), const pthread_attr_t* attributes) {
  thread_body = body;
  pthread_t thread;
  if (pthread_create(&thread, attributes, begin_thread, nullptr) != 0) {
    std::abort();
  }
  while (__atomic_load_n(&thread_parked, __ATOMIC_ACQUIRE) == 0) sched_yield();
  return thread_id;
}

int* parked() { return &thread_parked; }

void park() {
  scrub_stack();
  clear_vectors();
  __atomic_store_n(&thread_parked, 1, __ATOMIC_RELEASE);
  for (;;) quiet_syscall(SYS_pause, 0, 0, 0);
}

void* open_module(const char* file) {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  std::string whole(path, size > 0 ? static_cast<std::size_t>(size) : 0);
  whole.replace(whole.rfind('/') + 1, whole.npos, file);
  void* module = dlopen(whole.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) {
    std::fprintf(stderr, "shapes: %s\n", dlerror());
    std::exit(4);
  }
  return module;
}

}  // namespace shapes
