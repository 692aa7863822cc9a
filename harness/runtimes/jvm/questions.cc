#include "harness/runtimes/jvm/questions.h"

namespace tidemark::jvm {

std::vector<std::string> classes_to_ask(const std::vector<SiteId>& sites,
                                        const ManagedSites& names) {
  std::vector<std::string> own;
  std::vector<std::string> first;
  for (const SiteId id : sites) {
    const SiteRecord site = names.describe(id);
    if (site.kind == MemoryKind::kThread) return {};
    if (site.kind != MemoryKind::kClass || site.frames.empty()) continue;
    const Frame& frame = site.frames.front();
    if (!frame.library) own.push_back(frame.function);
    if (first.empty()) first.push_back(frame.function);
  }
  return own.empty() ? first : own;
}

}  // namespace tidemark::jvm
