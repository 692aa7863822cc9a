// The sites of a managed runtime: classes, call stacks, threads, by their
// names.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/run_record.h"

namespace tidemark {

// Gives each kind of place a number that stays for the run.
class ManagedSites {
 public:
  ManagedSites();

  // The same number for the same kind, size and frames. REQUIRES: some frame.
  SiteId number(MemoryKind kind, Bytes size, const std::vector<Frame>& frames);

  // What the verdict needs to know of it; by_level is set.
  const SiteBrief& brief(SiteId site) const { return briefs_.at(site); }

  // In words. A number that was never given has no frames.
  SiteRecord describe(SiteId site) const;

 private:
  SiteId number_of_text(const std::string& text);

  // By a text of kind, size and frames; one of kind and caller; and so on.
  std::map<std::string, SiteId> texts_;
  std::vector<SiteBrief> briefs_;    // by number; the first is nobody's
  std::vector<SiteRecord> records_;  // likewise
  std::map<std::string, SiteId> known_;
};

}  // namespace tidemark
