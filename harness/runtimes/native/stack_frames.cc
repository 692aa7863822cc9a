#include "harness/runtimes/native/stack_frames.h"

#include <algorithm>
#include <cstring>

namespace tidemark {
namespace {

// A frame that is larger is not looked for.
constexpr std::uint64_t kFar = 64 * 1024;
// The longest call through a register: prefix, opcode, ModRM, SIB, 4 bytes.
constexpr std::size_t kLongestCall = 8;

bool follows_call(const CopiedMemory& memory, std::uint64_t address) {
  const Mapping* mapping = mapping_at(memory.map(), address);
  if (!mapping || !mapping->executable ||
      address - mapping->range.from < kLongestCall)
    return false;
  std::byte code[kLongestCall];
  return memory.read(address - kLongestCall, code) == kLongestCall &&
         ends_with_call(code);
}

}  // namespace

// E8 and four bytes; FF /2 with none, one or four bytes behind the ModRM, and
// maybe a SIB.
bool ends_with_call(std::span<const std::byte> code) {
  auto at = [&](std::size_t back) {
    return back <= code.size()
               ? std::to_integer<unsigned>(code[code.size() - back])
               : 0u;
  };
  if (at(5) == 0xe8) return true;
  for (std::size_t length : {2u, 3u, 4u, 6u, 7u}) {
    if (at(length) != 0xff) continue;
    unsigned modrm = at(length - 1);
    if (((modrm >> 3) & 7) != 2) continue;
    unsigned mode = modrm >> 6;
    bool sib = mode != 3 && (modrm & 7) == 4;
    bool relative = mode == 0 && (modrm & 7) == 5;
    std::size_t displacement = mode == 1 ? 1 : mode == 2 || relative ? 4 : 0;
    if (length == 2 + (sib ? 1 : 0) + displacement) return true;
  }
  return false;
}

std::uint64_t return_address_below(const CopiedMemory& memory,
                                   const std::vector<LoadedModule>& modules,
                                   std::uint64_t from, std::uint64_t word) {
  word &= ~std::uint64_t{7};
  if (word <= from) return 0;
  std::uint64_t first = word - std::min(word - from, kFar);
  std::vector<std::uint64_t> words((word - first) / 8);
  std::size_t got =
      memory.read(first, std::as_writable_bytes(std::span(words))) / 8;
  for (std::size_t i = got; i-- > 0;)
    if (module_at(modules, words[i]) && follows_call(memory, words[i]))
      return words[i];
  return 0;
}

}  // namespace tidemark
