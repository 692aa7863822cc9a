// Which objects of a hostile heap snapshot are the service's, and which are
// parts of others: sums must not depend on it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/runtimes/v8/census.h"
#include "harness/runtimes/v8/snapshot_parser.h"
#include "harness/runtimes/v8/wholes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  SnapshotParser parser;
  if (!parser.feed({reinterpret_cast<const char*>(data), size})) return 0;
  const Result<V8Snapshot> snapshot = parser.finish();
  if (!snapshot) return 0;
  const v8::Census census = v8::take_census(*snapshot);
  const std::vector<ObjectIndex> wholes =
      v8::wholes_of(*snapshot, census, [&](ObjectIndex node) {
        return CycleIndex{snapshot->id[node] / 64 % 8};
      });
  for (ObjectIndex node = 0; node < snapshot->nodes(); ++node) {
    const std::uint32_t number = census.of_node[node];
    if (number == v8::Census::kNone) {
      if (wholes[node] != kNoObject) abort();
      continue;
    }
    if (number >= census.classes.size()) abort();
    // A whole is nobody's part.
    if (wholes[node] >= snapshot->nodes() ||
        wholes[wholes[node]] != wholes[node])
      abort();
  }
  return 0;
}
