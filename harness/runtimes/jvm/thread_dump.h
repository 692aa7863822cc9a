// What `Thread.print` answers: Java's threads and where they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

struct JavaThread {
  std::string name;           // as the service gave it
  std::string state;          // "WAITING (parking)"; may be empty
  std::vector<Frame> frames;  // innermost first; at most kMostThreadFrames
  bool of_jvm = false;        // compilers, finalizer, attach listener …
  // An address within its stack; 0: the JVM does not say.
  std::uint64_t stack = 0;

  bool operator==(const JavaThread&) const = default;
};

// Deeper frames are left out: what waits is told by the innermost.
inline constexpr std::size_t kMostThreadFrames = 64;

// Java's threads in the order given. Threads that only the JVM knows (garbage
// collectors) are left out. The error says what lacks.
Result<std::vector<JavaThread>> parse_thread_dump(std::string_view text);

// Threads that differ only in their numbers have the same: "pool-3-thread-12"
// becomes "pool-N-thread-N", "conn 127.0.0.1:4711" "conn N.N.N.N:N". What is
// part number, part letters, and no more than hexadecimal, is a number.
std::string steady_thread_name(std::string_view name);

}  // namespace tidemark::jvm
