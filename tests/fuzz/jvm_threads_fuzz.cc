// A JVM's list of threads, as hostile text.
#include <cstdlib>

#include "harness/runtimes/jvm/thread_dump.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark::jvm;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto threads = parse_thread_dump(text);
  if (!threads) return 0;
  for (const JavaThread& thread : *threads) {
    if (thread.frames.size() > kMostThreadFrames) abort();
    const std::string name = steady_thread_name(thread.name);
    // What has no digits has nothing more to lose.
    if (steady_thread_name(name) != name) abort();
  }
  return 0;
}
