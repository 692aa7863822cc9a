// Memory by stack, root first, as flame graphs have it: by who allocated it,
// and by who holds it. Private to this folder.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "tidemark/run_record.h"

namespace tidemark {

// The record's sites by number: a record may have thousands. It must outlive
// this.
class SiteIndex {
 public:
  explicit SiteIndex(const RunRecord& record);

  // Null when the record does not describe the site.
  const SiteRecord* find(SiteId id) const;

 private:
  std::unordered_map<SiteId, const SiteRecord*> sites_;
};

struct FlameStack {
  std::vector<std::string> frames;
  Bytes bytes;

  bool operator==(const FlameStack&) const = default;
};

// What stayed, by who allocated it: "leak per connection", then its stack.
// Stacks that are alike are one; those without bytes are left out; sorted by
// their frames. So are the others.
std::vector<FlameStack> residue_stacks(const RunRecord& record);

// What stayed, by who holds it: "leak per connection", the root, then holder
// by holder. What nothing points to is "lost".
std::vector<FlameStack> holder_stacks(const RunRecord& record);

// All that was live at the end, as far as the record has it, likewise.
std::vector<FlameStack> live_stacks(const RunRecord& record);
// All that was ever allocated, freed or not, likewise.
std::vector<FlameStack> ever_allocated_stacks(const RunRecord& record);
std::vector<FlameStack> live_holder_stacks(const RunRecord& record);

}  // namespace tidemark
