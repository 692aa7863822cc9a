// What a block is, told by the bytes around it: a class by its vtable, or a
// part of a container of libstdc++ (the layouts of GCC 5 to 14).
#pragma once

#include <string>
#include <string_view>

#include "harness/retention/block_index.h"
#include "harness/retention/memory.h"

namespace tidemark {

// A block and how it is held.
struct Held {
  BlockNumber block = 0;
  std::uint64_t pointer = 0;     // the address of the word that points to it
  std::string_view holder = {};  // type of the block that has this word
};

class Shapes {
 public:
  // `heap` and `index` must outlive this.
  Shapes(const FrozenHeap& heap, const BlockIndex& index)
      : heap_(heap), index_(index), memory_(heap) {}

  // "std::string", "std::vector": what such an object has put on the heap.
  // "std::list node", "std::map or set node", "std::unordered_map node",
  // "std::unordered_map buckets", "std::deque map", "std::deque chunk".
  // "chat::Session": its first word points to that vtable.
  // "std::shared_ptr control block of chat::Session". Empty: not known.
  std::string type_of(const Held& held);

 private:
  bool is_string(const LiveBlock& block, std::uint64_t header);
  bool is_vector(const LiveBlock& block, std::uint64_t header);
  bool is_buckets(std::uint64_t header);
  bool is_hash_node(const Held& held);
  bool is_deque_chunk(const LiveBlock& block, const Held& held);
  bool is_list_node(const LiveBlock& block);
  bool is_tree_node(const LiveBlock& block);

  const FrozenHeap& heap_;
  const BlockIndex& index_;
  Memory memory_;
};

// "std::_Sp_counted_ptr_inplace<chat::Session, std::allocator<void>, …>" →
// "chat::Session"; empty if it is no control block.
std::string_view controlled_class(std::string_view name);

}  // namespace tidemark
