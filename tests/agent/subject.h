// Programs that do one unusual thing with memory, run under the agent by
// tests/agent/*_test.cc. Each case prepares a heap whose blocks have telling
// sizes, says "ready" on stdout, and waits for the end of stdin, so that the
// test can read the agent's table while the process lives.
#pragma once

#include <cstddef>

// Marker sizes: unlikely to be anybody else's. kMark(n) are all distinct.
constexpr std::size_t kMark(std::size_t n) { return 10007 + 16 * n; }

struct SubjectCase {
  const char* name;
  void (*run)();
};

extern const SubjectCase kHeapCases[];
extern const std::size_t kHeapCaseCount;
extern const SubjectCase kProcessCases[];
extern const std::size_t kProcessCaseCount;

// Says "ready" and waits until stdin ends.
void ready_and_wait();

// Keeps the compiler from knowing what became of a pointer.
template <class T>
inline void escape(T*& p) {
  asm volatile("" : "+r"(p) : : "memory");
}

inline void keep(void* p) { escape(p); }
