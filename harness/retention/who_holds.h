// Who holds the blocks of each finding: the whole way from a frozen heap to
// the values that reports print.
//
// Memory, beside the heap's own LiveBlocks (24 bytes each), at its highest:
// index 5, pointers 4 + 4 for each, search and merging 12 bytes per block.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "harness/retention/graph.h"
#include "harness/retention/path_tree.h"
#include "harness/retention/root_names.h"
#include "harness/retention/search.h"

namespace tidemark {

struct Question {
  std::uint32_t findings = 0;

  // The finding that a block belongs to, below `findings`; none for most.
  // Asked more than once for each block.
  std::function<std::optional<std::uint32_t>(const LiveBlock&)> finding_of;

  // Equal for sites whose blocks are alike whatever their size (SiteBrief::
  // group). Empty: each site is alike to itself only.
  std::function<SiteId(SiteId)> alike = {};

  // So many paths of each finding are told, those that hold most objects.
  std::size_t most_paths = 16;
};

// One Retention for each finding. Paths are in order of objects, then bytes;
// `retained` and `share` are those of the path's root. kEnvironment: as
// read_graph().
Result<std::vector<Retention>> who_holds(const FrozenHeap& heap,
                                         const Question& question);

// Blocks of one finding at one node of the tree.
struct HeldAlike {
  std::uint32_t finding = 0;
  PathTree::Number node = 0;
  std::uint32_t root = 0;  // number in RootNames
  Count objects;
  Bytes bytes;
};

// The same for several questions about one heap, which is read once.
Result<std::vector<std::vector<Retention>>> who_holds(
    const FrozenHeap& heap, std::span<const Question> questions);

// The steps of who_holds(), for those who measure them.
struct MergedPaths {
  PathTree tree;
  std::vector<HeldAlike> held;       // by finding, then as Retention::paths
  std::vector<Retention> retention;  // of each finding, without its paths
};

// `found` is used up: where a block's parent was, its node is noted.
MergedPaths merge_paths(const FrozenHeap& heap, const BlockIndex& index,
                        const Graph& graph, Search found, RootNames& names,
                        const Question& question);

std::vector<Retention> tell(const FrozenHeap& heap, const BlockIndex& index,
                            const Graph& graph, MergedPaths merged,
                            RootNames& names, const Question& question);

}  // namespace tidemark
