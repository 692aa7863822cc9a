#include "harness/retention/shapes.h"

#include <bit>
#include <cmath>

#include "harness/retention/deque.h"

namespace tidemark {
namespace {

constexpr std::string_view kBuckets = "std::unordered_map buckets";
constexpr std::string_view kHashNode = "std::unordered_map node";
constexpr std::string_view kDequeMap = "std::deque map";

// Strings of up to 15 characters are in the object itself.
constexpr std::uint64_t kInString = 15;

}  // namespace

std::string_view controlled_class(std::string_view name) {
  constexpr std::string_view kPrefix = "std::_Sp_counted_";
  if (!name.starts_with(kPrefix)) return {};
  const std::size_t open = name.find('<');
  if (open == std::string_view::npos) return {};
  int depth = 0;
  std::size_t end = open + 1;
  for (; end < name.size(); ++end) {
    const char c = name[end];
    if (c == '<' || c == '(') ++depth;
    if (depth == 0 && (c == ',' || c == '>')) break;
    if (c == '>' || c == ')') --depth;
  }
  std::string_view argument = name.substr(open + 1, end - open - 1);
  while (argument.ends_with('*') || argument.ends_with(' '))
    argument.remove_suffix(1);
  return argument;
}

// {text, length, capacity}; the text is a block of capacity + 1 with a NUL
// after its length.
bool Shapes::is_string(const LiveBlock& block, std::uint64_t header) {
  const auto [text, length, capacity] = memory_.words<3>(header);
  if (text != block.address || capacity <= kInString || length > capacity ||
      capacity + 1 != block.bytes)
    return false;
  const std::span<const std::byte> end = memory_.bytes(text + length, 1);
  return end.size() == 1 && end[0] == std::byte{0};
}

// {begin, end, end of capacity}; exactly the capacity has been asked for.
bool Shapes::is_vector(const LiveBlock& block, std::uint64_t header) {
  const auto [begin, end, capacity] = memory_.words<3>(header);
  return begin == block.address && begin <= end && end <= capacity &&
         capacity == block.address + block.bytes && block.bytes > 0;
}

// {buckets, count of buckets, first node, nodes, largest load as a float,
// nodes at which it grows, the only bucket of an empty table}.
bool Shapes::is_buckets(std::uint64_t header) {
  const auto [buckets, count, first, nodes, load, grows, only] =
      memory_.words<7>(header);
  const float most = std::bit_cast<float>(static_cast<std::uint32_t>(load));
  if (!std::isfinite(most) || most <= 0 || most > 1000) return false;
  if (count == 0 || count >> 40 || (nodes == 0) != (first == 0)) return false;
  if (count == 1) return buckets == header + 48;
  return bytes_at(index_, buckets) == count * 8 &&
         static_cast<double>(nodes) <= static_cast<double>(count) * most + 1;
}

bool Shapes::is_hash_node(const Held& held) {
  // From a bucket, from the node before, or from the table's own pointer to
  // its first node.
  return held.holder == kBuckets ||
         (held.holder == kHashNode && bytes_at(index_, held.pointer) > 0) ||
         is_buckets(held.pointer - 16);
}

bool Shapes::is_deque_chunk(const LiveBlock& block, const Held& held) {
  if (held.holder == kDequeMap) return true;
  // From one of the pointers in the deque itself.
  for (std::uint64_t before : {16, 24, 48, 56}) {
    const std::optional<Deque> deque =
        deque_at(index_, memory_, held.pointer - before);
    if (deque && (deque->first.begin == block.address ||
                  deque->last.begin == block.address))
      return true;
  }
  return false;
}

// {next, previous, …}, and both know it.
bool Shapes::is_list_node(const LiveBlock& block) {
  if (block.bytes <= 16) return false;
  const auto [next, previous] = memory_.words<2>(block.address);
  return next != 0 && previous != 0 && next % 8 == 0 && previous % 8 == 0 &&
         memory_.word(previous) == block.address &&
         memory_.word(next + 8) == block.address;
}

// {colour, parent, left, right, …}: its parent and its children know it. The
// parent of the topmost is the header in the map itself.
bool Shapes::is_tree_node(const LiveBlock& block) {
  if (block.bytes <= 32) return false;
  const auto [colour, parent, left, right] = memory_.words<4>(block.address);
  if ((colour & 0xffffffff) > 1 || parent == 0 || parent % 8) return false;
  for (std::uint64_t child : {left, right})
    if (child != 0 && (child % 8 || memory_.word(child + 8) != block.address))
      return false;
  const auto of_parent = memory_.words<4>(parent);
  return of_parent[1] == block.address || of_parent[2] == block.address ||
         of_parent[3] == block.address;
}

std::string Shapes::type_of(const Held& held) {
  const LiveBlock& block = index_.blocks()[held.block];
  // Before the vtable: the elements of a vector have one, too.
  if (is_string(block, held.pointer)) return "std::string";
  // Before the vector: the iterators of a deque look like one.
  if (is_deque_chunk(block, held)) return "std::deque chunk";
  if (is_vector(block, held.pointer)) return "std::vector";
  if (memory_.word(held.pointer) == block.address) {
    if (is_buckets(held.pointer)) return std::string(kBuckets);
    if (deque_at(index_, memory_, held.pointer)) return std::string(kDequeMap);
    if (is_hash_node(held)) return std::string(kHashNode);
  }
  const std::string name = heap_.class_of_vtable(memory_.word(block.address));
  const std::string_view controlled = controlled_class(name);
  if (!controlled.empty())
    return "std::shared_ptr control block of " + std::string(controlled);
  if (!name.empty()) return name;
  if (is_list_node(block)) return "std::list node";
  if (is_tree_node(block)) return "std::map or set node";
  return {};
}

}  // namespace tidemark
