// Numbers for sites that hold in every process and for the whole run.
#pragma once

#include <map>
#include <vector>

#include "tidemark/heap_snapshot.h"

namespace tidemark {

class SiteNames {
 public:
  SiteId number(const SiteKey& key) {
    auto [at, fresh] = numbers_.emplace(key, SiteId(keys_.size()));
    if (fresh) keys_.push_back(&at->first);
    return at->second;
  }

  // REQUIRES: number() gave it out.
  const SiteKey& key(SiteId site) const { return *keys_.at(site); }

  std::size_t size() const { return keys_.size(); }

 private:
  std::map<SiteKey, SiteId> numbers_;
  std::vector<const SiteKey*> keys_;
};

}  // namespace tidemark
