// Held by words that are no plain addresses: a reader that knows nothing of
// the service takes these blocks for lost, and says so of no fault of its own.
#include <cstdint>
#include <cstring>

#include "tests/retention/shape.h"

namespace shapes {

volatile std::uintptr_t g_word = 0;
volatile std::uint32_t g_compressed = 0;
void* volatile g_base = nullptr;

struct [[gnu::packed]] Packed {
  std::uint32_t before = 0;
  volatile std::uintptr_t pointer = 0;
};
alignas(8) Packed g_packed;

struct XorNode {
  std::uintptr_t both = 0;  // the one before, xor the one behind
  void* payload = nullptr;
};
XorNode* volatile g_first = nullptr;

namespace {

std::uintptr_t bits(const volatile void* address) {
  return reinterpret_cast<std::uintptr_t>(address);
}

Truth not_found(const volatile void* address, const char* note) {
  return {.block = Hidden(address),
          .bytes = 64,
          .held = kUnreachable,
          .also = kReachable | kDoubtful,
          .plain = kUnreachable,
          .root_kind = "global",
          .note = note};
}

Truth found(const volatile void* address, const char* note) {
  return {.block = Hidden(address),
          .bytes = 64,
          .root_kind = "global",
          .root = "shapes::g_word",
          .interior = 1,
          .note = note};
}

Truth xor_list() {
  XorNode* row[3];
  for (XorNode*& each : row) each = new (block(sizeof(XorNode))) XorNode;
  row[0]->both = bits(row[1]);  // nothing is before it
  row[1]->both = bits(row[0]) ^ bits(row[2]);
  row[2]->both = bits(row[1]);
  row[2]->payload = block(64);
  g_first = row[0];
  return not_found(row[2]->payload, "in the third node of a xor list");
}

Truth tagged_low_bits() {
  void* made = block(64);
  g_word = bits(made) | 5;
  return found(made, "with its tag it is still an address inside the block");
}

Truth tagged_low_bits_tiny() {
  void* made = block(1);
  g_word = bits(made) | 1;
  Truth truth = not_found(made, "with its tag it is behind the only byte");
  truth.bytes = 1;
  return truth;
}

Truth tagged_top_bits() {
  void* made = block(64);
  g_word = bits(made) | std::uintptr_t{0xabcd} << 48;
  return not_found(made, "a tag in the 16 bits that the address leaves");
}

Truth boxed() {
  void* made = block(64);
  g_word = bits(made) + (std::uintptr_t{1} << 49);
  return not_found(made, "boxed as a not-a-number");
}

Truth compressed() {
  char* base = static_cast<char*>(block(64));
  void* made = block(64);
  g_base = base;
  g_compressed =
      static_cast<std::uint32_t>(static_cast<char*>(made) - base) >> 3;
  return not_found(made, "a distance from g_base, in 32 bits");
}

Truth flipped() {
  void* made = block(64);
  g_word = ~bits(made);
  return not_found(made, "all bits flipped");
}

Truth shifted() {
  void* made = block(64);
  g_word = bits(made) << 8 | 7;
  return not_found(made, "shifted by a count's byte");
}

Truth misaligned() {
  void* made = block(64);
  g_packed.pointer = bits(made);
  return not_found(made, "at an address that 8 does not divide");
}

Truth lookalike() {
  void* made = block(64);
  g_word = bits(made) + 16;
  Truth truth = found(made, "lost; a number that happens to be its address");
  truth.also = kDoubtful;
  return truth;
}

constexpr Shape kHidden[] = {
    {"xor_list", "the third node of a xor list", built<xor_list>},
    {"tagged_low_bits", "a tag in the lowest bits", built<tagged_low_bits>},
    {"tagged_low_bits_tiny", "the same with a block of one byte",
     built<tagged_low_bits_tiny>},
    {"tagged_top_bits", "a tag in the highest 16 bits", built<tagged_top_bits>},
    {"boxed", "an address in a not-a-number", built<boxed>},
    {"compressed", "32 bits instead of 64", built<compressed>},
    {"flipped", "the address with its bits flipped", built<flipped>},
    {"shifted", "the address shifted by a byte", built<shifted>},
    {"misaligned", "in a packed struct", built<misaligned>},
    {"lookalike", "a number that looks like an address", built<lookalike>},
};

}  // namespace

std::span<const Shape> hidden() { return kHidden; }

}  // namespace shapes
