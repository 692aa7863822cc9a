// Held by a pointer that is not to the block's beginning, or by one that is
// not into the block at all.
#include <array>
#include <cstring>
#include <new>

#include "tests/retention/shape.h"

namespace shapes {

struct First {
  virtual ~First() = default;
  long first = 1;
};
struct Second {
  virtual ~Second() = default;
  long second = 2;
};
struct Derived final : First, Second {
  long own[4] = {};
};
struct Virtual : virtual Second {
  long own[6] = {};
};
struct Element {
  ~Element() { keep(this); }  // not trivial: delete[] has to know how many
  long number = 1;
};

void* volatile g_interior = nullptr;
Second* volatile g_second = nullptr;
Element* volatile g_elements = nullptr;
char* volatile g_text = nullptr;

namespace {

constexpr std::size_t kBig = 8 * 1024 * 1024;

Truth held_at(const volatile void* begin, std::size_t bytes) {
  return {.block = Hidden(begin),
          .bytes = bytes,
          .root_kind = "global",
          .root = "shapes::g_interior",
          .interior = 1};
}

Truth lost_at(const volatile void* begin, const char* note) {
  return {
      .block = Hidden(begin), .bytes = 64, .held = kUnreachable, .note = note};
}

char* put(std::size_t bytes, long offset) {
  char* made = static_cast<char*>(block(bytes));
  g_interior = made + offset;
  return made;
}

Truth interior_middle() { return held_at(put(64, 32), 64); }
Truth interior_odd() { return held_at(put(64, 13), 64); }
Truth interior_last_byte() { return held_at(put(64, 63), 64); }
Truth interior_big() { return held_at(put(kBig, kBig / 2), kBig); }

Truth interior_one_past_end() {
  return lost_at(put(64, 64), "one past the end is not inside");
}

Truth interior_before_begin() {
  return lost_at(put(64, -8), "the allocator's header is not inside");
}

Truth second_base() {
  Derived* made = new Derived;
  fence();
  g_second = made;
  Truth truth = held_at(made, sizeof(Derived));
  truth.root = "shapes::g_second";
  truth.type = "shapes::Derived";
  return truth;
}

Truth virtual_base() {
  Virtual* made = new Virtual;
  fence();
  g_second = made;
  Truth truth = held_at(made, sizeof(Virtual));
  truth.root = "shapes::g_second";
  truth.type = "shapes::Virtual";
  return truth;
}

Truth array_cookie() {
  g_elements = new Element[8];
  fence();
  const char* begin = reinterpret_cast<char*>(g_elements) - sizeof(long);
  Truth truth = held_at(begin, sizeof(long) + 8 * sizeof(Element));
  truth.root = "shapes::g_elements";
  return truth;
}

// As Redis' strings: a header in front of what the pointer is to.
Truth header_in_front() {
  char* made = static_cast<char*>(block(64));
  g_text = made + 9;
  Truth truth = held_at(made, 64);
  truth.root = "shapes::g_text";
  return truth;
}

constexpr Shape kInteriors[] = {
    {"interior_middle", "a pointer to the middle", built<interior_middle>},
    {"interior_odd", "a pointer to an odd address inside", built<interior_odd>},
    {"interior_last_byte", "a pointer to the last byte",
     built<interior_last_byte>},
    {"interior_big", "a pointer to the middle of 8 MiB", built<interior_big>},
    {"interior_one_past_end", "a pointer behind the last byte holds nothing",
     built<interior_one_past_end>},
    {"interior_before_begin", "nor does one to the allocator's header",
     built<interior_before_begin>},
    {"second_base", "a pointer to the second of two bases", built<second_base>},
    {"virtual_base", "a pointer to a virtual base", built<virtual_base>},
    {"array_cookie", "new[], with the count in front", built<array_cookie>},
    {"header_in_front", "a string with its header in front",
     built<header_in_front>},
};

}  // namespace

std::span<const Shape> interiors() { return kInteriors; }

}  // namespace shapes
