// The containers here are real ones of the library that this test is built
// with: their nodes are the blocks, the test's own memory is the heap.
#include "harness/retention/shapes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

using Blocks = std::map<std::uint64_t, std::uint64_t>;  // address → bytes

template <class T>
struct Noting {
  using value_type = T;
  Blocks* blocks;

  explicit Noting(Blocks& to) : blocks(&to) {}
  template <class U>
  Noting(const Noting<U>& other) : blocks(other.blocks) {}
  T* allocate(std::size_t count) {
    T* memory = std::allocator<T>().allocate(count);
    (*blocks)[reinterpret_cast<std::uint64_t>(memory)] = count * sizeof(T);
    return memory;
  }
  void deallocate(T* memory, std::size_t count) {
    blocks->erase(reinterpret_cast<std::uint64_t>(memory));
    std::allocator<T>().deallocate(memory, count);
  }
  template <class U>
  bool operator==(const Noting<U>& other) const {
    return blocks == other.blocks;
  }
};

// This process, with the blocks of one test and that test's container.
class OwnHeap : public FrozenHeap {
 public:
  OwnHeap(const Blocks& blocks, const void* object, std::size_t bytes)
      : object_(reinterpret_cast<std::uint64_t>(object)), bytes_(bytes) {
    for (const auto& [address, size] : blocks)
      blocks_.push_back({address, size, 0, {}});
  }
  pid_t pid() const override { return 1; }
  std::span<const LiveBlock> blocks() const override { return blocks_; }
  std::span<const RootRange> roots() const override { return {}; }
  std::size_t read(std::uint64_t address,
                   std::span<std::byte> into) const override {
    std::uint64_t end = 0;
    if (address >= object_ && address < object_ + bytes_)
      end = object_ + bytes_;
    for (const LiveBlock& block : blocks_)
      if (address >= block.address && address < block.address + block.bytes)
        end = block.address + block.bytes;
    if (end == 0) return 0;
    const std::size_t n = std::min<std::size_t>(into.size(), end - address);
    std::copy_n(reinterpret_cast<const std::byte*>(address), n, into.data());
    return n;
  }
  RootPart root_part(const RootRange& root, std::uint64_t) const override {
    return {"object", root.from, root.from, root.to};
  }
  Status intact() const override { return {}; }
  std::string class_of_vtable(std::uint64_t) const override { return ""; }

 private:
  std::uint64_t object_;
  std::uint64_t bytes_;
  std::vector<LiveBlock> blocks_;
};

// What each block is that a word of the container itself points to, and each
// behind that, in the order of a breadth-first search.
template <class Container>
std::vector<std::string> types_in(const Blocks& blocks,
                                  const Container& container) {
  const OwnHeap heap(blocks, &container, sizeof container);
  const BlockIndex index(heap.blocks());
  Shapes shapes(heap, index);
  Memory memory(heap);
  std::map<BlockNumber, std::string> types;
  std::vector<std::string> in_order;
  std::vector<BlockNumber> queue;
  auto look = [&](std::uint64_t from, std::uint64_t bytes,
                  const std::string& holder) {
    for (std::uint64_t at = from; at + 8 <= from + bytes; at += 8) {
      const BlockNumber block = index.find(memory.word(at));
      if (block == kNoBlock || types.contains(block)) continue;
      types[block] = shapes.type_of({block, at, holder});
      in_order.push_back(types[block]);
      queue.push_back(block);
    }
  };
  look(reinterpret_cast<std::uint64_t>(&container), sizeof container, "");
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const LiveBlock& block = heap.blocks()[queue[i]];
    look(block.address, block.bytes, types[queue[i]]);
  }
  EXPECT_EQ(types.size(), blocks.size()) << "all were reached";
  return in_order;
}

using Types = std::vector<std::string>;
using Text = std::basic_string<char, std::char_traits<char>, Noting<char>>;

TEST(Shapes, KnowAString) {
  Blocks blocks;
  Text text("longer than what fits into the object", Noting<char>(blocks));
  EXPECT_EQ(types_in(blocks, text), Types{"std::string"});
  text.reserve(1000);
  EXPECT_EQ(types_in(blocks, text), Types{"std::string"});
}

TEST(Shapes, KnowAVectorAndWhatItHolds) {
  Blocks blocks;
  std::vector<Text, Noting<Text>> texts{Noting<Text>(blocks)};
  texts.reserve(4);
  texts.emplace_back(100, 'a', Noting<char>(blocks));
  texts.emplace_back(200, 'b', Noting<char>(blocks));
  EXPECT_EQ(types_in(blocks, texts),
            (Types{"std::vector", "std::string", "std::string"}));
}

TEST(Shapes, KnowAList) {
  Blocks blocks;
  std::list<int, Noting<int>> list{Noting<int>(blocks)};
  for (int i = 0; i < 5; ++i) list.push_back(i);
  EXPECT_EQ(types_in(blocks, list), Types(5, "std::list node"));
  list.resize(1);
  EXPECT_EQ(types_in(blocks, list), Types(1, "std::list node"));
}

TEST(Shapes, KnowAMapAndASet) {
  Blocks blocks;
  std::map<int, int, std::less<int>, Noting<std::pair<const int, int>>> map{
      Noting<std::pair<const int, int>>(blocks)};
  for (int i = 0; i < 100; ++i) map[i] = i;
  EXPECT_EQ(types_in(blocks, map), Types(100, "std::map or set node"));
  Blocks more;
  std::set<char, std::less<char>, Noting<char>> set{Noting<char>(more)};
  set.insert('x');
  EXPECT_EQ(types_in(more, set), Types{"std::map or set node"});
}

TEST(Shapes, KnowAnUnorderedMap) {
  Blocks blocks;
  std::unordered_map<int, int, std::hash<int>, std::equal_to<int>,
                     Noting<std::pair<const int, int>>>
      map{Noting<std::pair<const int, int>>(blocks)};
  map[0] = 0;
  EXPECT_EQ(types_in(blocks, map),
            (Types{"std::unordered_map buckets", "std::unordered_map node"}));
  for (int i = 0; i < 10; ++i) map[i] = i;
  const Types types = types_in(blocks, map);
  EXPECT_EQ(types[0], "std::unordered_map buckets");
  EXPECT_EQ(types[1], "std::unordered_map node");
  EXPECT_EQ(std::count(types.begin(), types.end(), types[1]), 10);
}

TEST(Shapes, KnowADeque) {
  Blocks blocks;
  std::deque<std::uint64_t, Noting<std::uint64_t>> deque{
      Noting<std::uint64_t>(blocks)};
  for (std::uint64_t i = 0; i < 1000; ++i) deque.push_back(i);
  const Types types = types_in(blocks, deque);
  EXPECT_EQ(types[0], "std::deque map");
  EXPECT_EQ(std::count(types.begin(), types.end(), "std::deque chunk"),
            static_cast<std::ptrdiff_t>(types.size()) - 1);
}

TEST(Shapes, KnowNothingOfBlocksThatAreNoContainers) {
  FakeFrozenHeap heap;
  const std::uint64_t root = heap.global("g");
  const std::uint64_t a = heap.block(64), b = heap.block(64);
  heap.set(root, a);
  heap.set(a + 8, b);
  heap.set(b, a);
  const BlockIndex index(heap.blocks());
  Shapes shapes(heap, index);
  EXPECT_EQ(shapes.type_of({0, root, ""}), "");
  EXPECT_EQ(shapes.type_of({1, a + 8, ""}), "");
}

// {text, length, capacity} where one of them is wrong.
TEST(Shapes, AStringThatIsNotQuiteOneIsNone) {
  struct Case {
    std::uint64_t length, capacity;
    char end;
  };
  for (const Case& wrong :
       {Case{30, 39, 'x'}, Case{40, 39, 0}, Case{30, 40, 0}, Case{30, 38, 0}}) {
    FakeFrozenHeap heap;
    const std::uint64_t root = heap.global("g", 24), text = heap.block(40);
    heap.set(root, text);
    heap.set(root + 8, wrong.length);
    heap.set(root + 16, wrong.capacity);
    heap.set_bytes(text + 30, std::string_view(&wrong.end, 1));
    const BlockIndex index(heap.blocks());
    EXPECT_EQ(Shapes(heap, index).type_of({0, root, ""}), "");
  }
}

TEST(Shapes, AVtableNamesAClass) {
  FakeFrozenHeap heap;
  heap.vtable(0x600010, "chat::Session");
  const std::uint64_t root = heap.global("g"), session = heap.block(4000);
  heap.set(root, session);
  heap.set(session, 0x600010);
  const BlockIndex index(heap.blocks());
  EXPECT_EQ(Shapes(heap, index).type_of({0, root, ""}), "chat::Session");
}

TEST(Shapes, AControlBlockNamesWhatItControls) {
  FakeFrozenHeap heap;
  heap.vtable(0x600010,
              "std::_Sp_counted_ptr_inplace<chat::Session, "
              "std::allocator<void>, (__gnu_cxx::_Lock_policy)2>");
  const std::uint64_t root = heap.global("g"), session = heap.block(4000);
  heap.set(root, session);
  heap.set(session, 0x600010);
  const BlockIndex index(heap.blocks());
  EXPECT_EQ(Shapes(heap, index).type_of({0, root, ""}),
            "std::shared_ptr control block of chat::Session");
}

TEST(Shapes, AControlledClassMayHaveArgumentsOfItsOwn) {
  EXPECT_EQ(controlled_class("std::_Sp_counted_ptr<std::map<int, A>*, "
                             "(__gnu_cxx::_Lock_policy)2>"),
            "std::map<int, A>");
  EXPECT_EQ(controlled_class("std::_Sp_counted_deleter<A*, void (*)(A*), "
                             "std::allocator<void>, "
                             "(__gnu_cxx::_Lock_policy)2>"),
            "A");
  EXPECT_EQ(controlled_class("std::_Sp_counted_ptr"), "");
  EXPECT_EQ(controlled_class("std::_Sp_counted_ptr<A"), "A");
  EXPECT_EQ(controlled_class("chat::Session"), "");
}

}  // namespace
}  // namespace tidemark
