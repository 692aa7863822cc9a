// The numbers and strings of a heap snapshot as they come → V8Snapshot. What is
// said of them is checked: nothing points anywhere that is not there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/runtimes/v8/heap_snapshot.h"

namespace tidemark {

// What takes something says whether it can be; if not, problem() says why and
// nothing else may be called.
class SnapshotBuilder {
 public:
  void begin(SnapshotMeta meta);

  bool take_node(std::uint64_t number);
  bool end_nodes();

  // REQUIRES: the nodes have ended.
  bool take_edge(std::uint64_t number);
  bool end_edges();

  // Whether it says what stacks look like. REQUIRES for what follows: it does.
  bool knows_traces() const { return snapshot_.meta.trace_node.count != 0; }
  bool take_trace_function(std::uint64_t number);
  bool end_trace_functions();

  // The trace tree is a list of lists of lists.
  bool open_trace_list();
  bool take_trace_number(std::uint64_t number);
  bool close_trace_list();
  std::size_t trace_depth() const { return trace_path_.size(); }

  // REQUIRES: the edges have ended. `before`: bytes of the snapshot so far,
  // which a name's number may not exceed by far.
  bool begin_strings(std::uint64_t before);
  bool is_named(std::size_t string) const {
    return string / 64 < named_.size() &&
           (named_[string / 64] >> (string % 64) & 1) != 0;
  }
  std::size_t strings() const { return snapshot_.strings.size(); }
  bool add_string(std::string_view kept);
  bool end_strings();

  V8Snapshot take() { return std::move(snapshot_); }
  const std::string& problem() const { return problem_; }

 private:
  // Numbers of one record until it is complete.
  struct Record {
    std::array<std::uint64_t, 32> field{};
    std::size_t filled = 0;
  };
  // A list of trace nodes that is open: the fields that it has of the next.
  struct TraceLevel {
    Record record;
    std::uint32_t caller = 0;
  };

  bool refuse(std::string problem);
  bool end_node();
  bool add_size(std::uint64_t bytes);
  bool end_edge();
  bool end_trace_node();
  void finish_node_edges();
  void name(std::uint32_t string);

  V8Snapshot snapshot_;
  Record record_;
  std::string problem_;
  std::uint64_t edges_promised_ = 0;
  std::uint64_t edges_read_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint32_t from_ = 0;        // the node whose edges are read
  std::uint32_t edges_left_ = 0;  // of it
  std::uint32_t highest_name_ = 0;
  std::vector<TraceLevel> trace_path_;
  std::vector<std::uint64_t> named_;  // bits of strings that are wanted
};

inline bool SnapshotBuilder::take_node(std::uint64_t number) {
  record_.field[record_.filled] = number;
  if (++record_.filled < snapshot_.meta.node.count) return true;
  return end_node();
}

inline bool SnapshotBuilder::take_edge(std::uint64_t number) {
  record_.field[record_.filled] = number;
  if (++record_.filled < snapshot_.meta.edge.count) return true;
  return end_edge();
}

}  // namespace tidemark
