// A V8 heap snapshot that somebody else wrote: read in pieces of different
// sizes with the same result, summed, and asked who holds what.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/runtimes/v8/object_groups.h"
#include "harness/runtimes/v8/snapshot_graph.h"
#include "harness/runtimes/v8/snapshot_parser.h"

namespace {

using namespace tidemark;

Result<V8Snapshot> read(std::string_view text, std::size_t piece) {
  SnapshotParser parser;
  for (std::size_t at = 0; at < text.size(); at += piece)
    if (Status status = parser.feed(text.substr(at, piece)); !status)
      return fail(status.error());
  return parser.finish();
}

void use(V8Snapshot snapshot) {
  const std::uint32_t last_ids[] = {9, snapshot.last_id()};
  for (const ObjectGroup& group :
       object_groups(snapshot, GroupBy::kClassAndStack, last_ids))
    (void)allocation_stack(snapshot, group.trace);
  const SnapshotGraph graph = snapshot_graph(std::move(snapshot));
  const Dominators dominators = dominators_of(graph.graph);
  (void)top_holders(graph.graph, dominators, 5);
  const Wanted all = [](ObjectIndex) { return true; };
  for (NamedRetention& held :
       who_holds(graph.graph, dominators, std::span(&all, 1), 50))
    fold_middlemen(held);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Result<V8Snapshot> whole = read(text, text.size() + 1);
  const Result<V8Snapshot> pieces = read(text, 1 + size % 7);
  if (whole.has_value() != pieces.has_value()) std::abort();
  if (!whole) {
    if (whole.error() != pieces.error()) std::abort();
    return 0;
  }
  if (whole->to != pieces->to || whole->name != pieces->name) std::abort();
  use(*std::move(whole));
  return 0;
}
