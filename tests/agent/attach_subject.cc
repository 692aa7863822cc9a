// A service that is started without the agent: it does what lines of its
// standard input say and answers each with a line.
//
//   make N    N blocks of 48 bytes, kept
//   drop      frees every block that is kept
//   grow N    realloc of every block that is kept, to N bytes
//   threads N that allocate and free as fast as they can
//   calm      ends those threads
//   fork      a child that does what the next lines say; the parent waits
//   nothreads pthread_create fails from now on
//   load PATH dlopen of tests/agent/plugin.cc
//   loading PATH  the same, in a thread of its own
//   plugin N  a block of N bytes, by the library
//   hold      remembers &free
//   let       calls what is remembered
//   rounds    how often the threads went round
//   sum       what it holds: "BLOCKS BYTES OK", checked byte by byte
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Block {
  unsigned char* at;
  std::size_t bytes;
};

std::vector<Block> kept;
std::vector<std::thread> busy;
std::atomic<bool> calm{false};
std::atomic<unsigned long> rounds{0};

unsigned char pattern(std::size_t i) {
  return static_cast<unsigned char>(i * 7 + 3);
}

void fill(Block& block, std::size_t from) {
  for (std::size_t i = from; i < block.bytes; ++i) block.at[i] = pattern(i);
}

[[gnu::noinline]] void make_blocks(int count) {
  for (int i = 0; i < count; ++i) {
    Block block{static_cast<unsigned char*>(std::malloc(48)), 48};
    fill(block, 0);
    kept.push_back(block);
  }
}

void drop() {
  for (Block& block : kept) std::free(block.at);
  kept.clear();
}

void grow(std::size_t bytes) {
  for (Block& block : kept) {
    const std::size_t before = block.bytes;
    block.at = static_cast<unsigned char*>(std::realloc(block.at, bytes));
    block.bytes = bytes;
    if (bytes > before) fill(block, before);
  }
}

// Each round takes, checks and gives back, and passes blocks on to be freed
// by the next round, so that blocks from before and after an attach meet.
void hammer(unsigned seed) {
  constexpr int kSlots = 64;
  std::vector<Block> slots(kSlots, Block{nullptr, 0});
  unsigned random = seed * 2654435761u + 1;
  while (!calm.load(std::memory_order_relaxed)) {
    random = random * 1664525u + 1013904223u;
    Block& slot = slots[(random >> 8) % kSlots];
    for (std::size_t i = 0; i < slot.bytes; ++i)
      if (slot.at[i] != pattern(i)) std::abort();
    const std::size_t bytes = 1 + (random >> 16) % 300;
    if (slot.at && (random & 64)) {
      const std::size_t before = slot.bytes;
      slot.at = static_cast<unsigned char*>(std::realloc(slot.at, bytes));
      slot.bytes = bytes;
      if (bytes > before) fill(slot, before);
    } else {
      std::free(slot.at);
      slot = {static_cast<unsigned char*>(std::malloc(bytes)), bytes};
      fill(slot, 0);
    }
    rounds.fetch_add(1, std::memory_order_relaxed);
    std::string* text = new std::string(bytes, 'x');
    delete text;
  }
  for (Block& slot : slots) std::free(slot.at);
}

void end_threads() {
  calm = true;
  for (std::thread& thread : busy) thread.join();
  busy.clear();
  calm = false;
}

std::string sum() {
  std::size_t bytes = 0;
  for (const Block& block : kept) {
    for (std::size_t i = 0; i < block.bytes; ++i)
      if (block.at[i] != pattern(i)) return "damaged";
    bytes += block.bytes;
  }
  return std::to_string(kept.size()) + " " + std::to_string(bytes) + " ok";
}

void (*volatile held)(void*) = nullptr;
std::atomic<bool> refuses_threads{false};

void* (*make_in_plugin)(std::size_t) = nullptr;

std::string load(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  auto make =
      reinterpret_cast<void* (*)(std::size_t)>(dlsym(library, "plugin_make"));
  make_in_plugin = make;
  return make ? "loaded" : "no plugin";
}

std::string obey(const std::string& line) {
  const std::size_t blank = line.find(' ');
  const std::string word = line.substr(0, blank);
  const std::string rest =
      blank == std::string::npos ? "" : line.substr(blank + 1);
  const int number = std::atoi(rest.c_str());
  if (word == "make") make_blocks(number);
  if (word == "drop") drop();
  if (word == "grow") grow(static_cast<std::size_t>(number));
  if (word == "threads")
    for (int i = 0; i < number; ++i) busy.emplace_back(hammer, i);
  if (word == "calm") end_threads();
  if (word == "load") return load(rest);
  if (word == "loading") {
    busy.emplace_back([rest] { load(rest); });
    return "loading";
  }
  if (word == "plugin") make_in_plugin(static_cast<std::size_t>(number));
  if (word == "hold") held = &std::free;
  if (word == "nothreads") refuses_threads = true;
  if (word == "let") held(std::malloc(10));
  if (word == "fork") {
    const pid_t child = fork();
    if (child != 0) {
      int status = 0;
      waitpid(child, &status, 0);
      return "child ended " + std::to_string(status);
    }
    return std::to_string(getpid());
  }
  if (word == "rounds") return std::to_string(rounds.load());
  return sum();
}

}  // namespace

// In front of libc's, for everybody in the process.
extern "C" int pthread_create(pthread_t* thread,
                              const pthread_attr_t* attributes,
                              void* (*function)(void*), void* argument) {
  if (refuses_threads) return EAGAIN;
  static const auto next = reinterpret_cast<decltype(&pthread_create)>(
      dlsym(RTLD_NEXT, "pthread_create"));
  return next(thread, attributes, function, argument);
}

int main() {
  char line[512];
  // Unbuffered, so that a child of fork() reads the lines that follow.
  std::setvbuf(stdin, nullptr, _IONBF, 0);
  while (std::fgets(line, sizeof line, stdin)) {
    line[std::strcspn(line, "\n")] = 0;
    std::printf("%s\n", obey(line).c_str());
    std::fflush(stdout);
  }
  end_threads();
  return 0;
}
