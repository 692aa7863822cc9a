// What every shape is made with: blocks, addresses kept from view, the truth
// about a shape, and a wait during which no copy of an address lies about.
//
// A shape puts a block's address where its name says and nowhere else. The
// compiler knows nothing of that: it spills addresses to the stack, keeps them
// in registers, and drops stores that nobody reads. Therefore pointers of
// shapes are volatile, addresses travel flipped (Hidden), builders are called
// so that they are not inlined, and stay() wipes what they left behind.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shapes {

// An address with its bits flipped, which no reader of memory takes for one.
class Hidden {
 public:
  Hidden() = default;
  explicit Hidden(const volatile void* address)
      : flipped_(flip(reinterpret_cast<std::uintptr_t>(address))) {}

  void* reveal() const { return reinterpret_cast<void*>(flip(flipped_)); }
  std::uintptr_t flipped() const { return flipped_; }

 private:
  // Opaque, or the compiler would keep the address instead of its opposite.
  static std::uintptr_t flip(std::uintptr_t bits) {
    asm volatile("not %0" : "+r"(bits));
    return bits;
  }

  std::uintptr_t flipped_ = ~std::uintptr_t{0};
};

// A set of answers.
using Answers = unsigned;
inline constexpr Answers kReachable = 1;
inline constexpr Answers kDoubtful = 2;
inline constexpr Answers kUnreachable = 4;

// A block between the root and the block in question. What is not given is
// not compared.
struct Step {
  const char* type = "";  // "list node", "vector", a class with a vtable
  std::size_t bytes = 0;  // requested; 0: there is no such step
  long offset = -1;       // of the pointer to it, in what comes before it
  int interior = -1;      // 1: the pointer is not to its beginning
  unsigned repeated = 1;  // a run of alike blocks
};

struct Truth {
  Hidden block;
  std::size_t bytes = 0;       // of the block, as requested
  Answers held = kReachable;   // what a reader ought to answer
  Answers also = 0;            // and what is no mistake either
  Answers plain = 0;           // what one without any knowledge may answer
  const char* root_kind = "";  // as tidemark::to_word(RootKind) says it
  const char* also_kind = "";
  const char* root = "";  // a symbol, demangled; empty: is not compared
  long root_offset = -1;  // of the pointer in the root
  pid_t thread = 0;       // whose stack, registers, thread-local storage
  std::array<Step, 3> through = {};  // from the root up to the block
  bool any_path = false;             // `through` is not compared
  int interior = -1;                 // of the block itself; see Step
  long offset = -1;                  // of the pointer to it in the last holder
  const char* type = "";             // of the block itself
  const char* note = "";             // for people
};

struct Shape {
  const char* name;
  const char* about;
  void (*run)();  // returns at the end of standard input
};

// One table for each family.
std::span<const Shape> globals();
std::span<const Shape> stacks();
std::span<const Shape> registers();
std::span<const Shape> thread_locals();
std::span<const Shape> interiors();
std::span<const Shape> sizes();
std::span<const Shape> links();
std::span<const Shape> containers();
std::span<const Shape> hidden();
std::span<const Shape> mappings();
std::span<const Shape> lost();

// A block with content that is no address, and another one behind it: the
// allocator's own pointers to free memory end before a block that is in use
// (glibc's may point into the last 8 bytes of the block before).
void* block(std::size_t bytes);
void fence();

// The same, and no copy of the address but the flipped one.
[[gnu::noinline]] Hidden hidden_block(std::size_t bytes);

// Zeroes what dead calls left below the caller's frame.
[[gnu::noinline]] void scrub_stack();

// Vector registers, in which memcpy leaves what it copied.
void clear_vectors();

// A system call that leaves no registers but its own and the callee-saved
// ones, which belong to the frames that wait, with any content.
long quiet_syscall(long number, long first, long second, long third);

// The truth as a line, formatted without the heap.
std::span<const char> line_of(const Truth& truth);

// Says the truth and waits for the end of standard input. `last`: called when
// the stack has been wiped, before anything is said.
void stay(const Truth& truth, void (*last)() = nullptr);

// For builders that return: their frame is gone when the truth is told.
template <Truth (*build)()>
void built() {
  Truth (*volatile call)() = build;  // not to be inlined
  stay(call());
}

// A thread that does not end. `body` must end in park() or say parked() by
// itself; start() returns then, with the thread's id.
pid_t start(void (*body)(), const pthread_attr_t* attributes = nullptr);
void park();
int* parked();  // to be set to 1

// The compiler must believe that the variable is read here.
inline void keep(const volatile void* variable) {
  asm volatile("" : : "r"(variable) : "memory");
}

// A module of the build's own folder, by the name of its file.
void* open_module(const char* file);

// Set once, before a shape is run.
void name_shape(const char* name);

}  // namespace shapes
