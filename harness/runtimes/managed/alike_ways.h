// Ways from roots to objects, where all that are alike are one. Private to this
// folder.
//
//   root "static Hub.rooms"
//     └ .rooms  HashMap
//         └ .table  Node[]
//             └ []  Node      a run of nodes that hold each other is one
//                 └ .value  Room
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/runtimes/managed/member_names.h"
#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {

// An object's place among the ways.
struct WayPlace {
  std::uint32_t node = 0;
  // The latest node that the way came back to, and how often in a row.
  std::uint32_t run = 0;
  std::uint32_t again = 0;
};

class AlikeWays {
 public:
  using Node = std::uint32_t;

  // `graph` must outlive this.
  explicit AlikeWays(const ObjectGraph& graph) : graph_(graph) {}

  // Of an object that a root holds.
  WayPlace begin(const GraphRoot& root);

  // Of to[edge] of an object `from`, which is at `place`.
  WayPlace step(const WayPlace& place, ObjectIndex from, std::uint32_t edge);

  // Of an object that an object of its own type at `place` holds, if they make
  // a list of whatever references.
  WayPlace run_on(const WayPlace& place);

  // The root's kind and name, and all holders. The other members are empty.
  NamedPath path(Node node) const;

 private:
  static constexpr std::uint32_t kNoType = 0xffffffff;
  static constexpr Node kNoNode = 0xffffffff;
  static constexpr std::uint32_t kMostMembers = 32;
  static constexpr std::uint32_t kMostHolders = 100;
  static constexpr std::uint32_t kLongestRound = 8;
  static constexpr std::uint32_t kMostWays = 1 << 18;

  struct Way {
    Node before = 0;  // of a root: itself
    std::uint32_t type = kNoType;
    MemberNumber member = 0;  // of a root: its number in roots_
    std::uint32_t bytes = 0;
    std::uint32_t depth = 0;
    Node top = 0;  // what its root holds
    std::uint32_t repeated = 1;
  };
  struct Key {
    Node from = 0;
    std::uint32_t type = 0;
    MemberNumber member = 0;

    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Target {
    Node node = 0;
    bool back = false;  // it is on the way already
  };

  Target target(const Key& key, std::uint32_t bytes);
  Target find_target(const Key& key, std::uint32_t bytes);
  Node again_at(const Key& key) const;
  WayPlace back(const WayPlace& place, Node node);

  const ObjectGraph& graph_;
  MemberNames members_{graph_};
  std::vector<Way> ways_;
  std::vector<std::pair<RootKind, std::string>> roots_;
  std::map<std::pair<RootKind, std::string>, Node> root_nodes_;
  std::unordered_map<Key, Target, Hash> targets_;
  // How many members lead from a node to a type: Key without a member.
  std::unordered_map<Key, std::uint32_t, Hash> members_of_;
};

}  // namespace tidemark
