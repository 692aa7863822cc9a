#include "harness/runtimes/managed/sites.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace tidemark {

ManagedSites::ManagedSites() : briefs_(1), records_(1) {}

SiteId ManagedSites::number_of_text(const std::string& text) {
  return texts_.try_emplace(text, static_cast<SiteId>(texts_.size() + 1))
      .first->second;
}

SiteId ManagedSites::number(MemoryKind kind, Bytes size,
                            const std::vector<Frame>& frames) {
  const std::string head = fmt::format("{}", static_cast<int>(kind));
  // Ends of the first, of the first two, … frames.
  std::string text = head;
  std::vector<std::size_t> ends;
  for (const Frame& frame : frames) {
    // With lengths: names of a runtime may have any letter in them.
    text += fmt::format("\n{}:{} {}:{} {} {}:{}", frame.function.size(),
                        frame.function, frame.file.size(), frame.file,
                        frame.line, frame.module.size(), frame.module);
    ends.push_back(text.size());
  }
  const auto [known, fresh] =
      known_.try_emplace(fmt::format("{}\n{}", size.value, text),
                         static_cast<SiteId>(records_.size()));
  if (!fresh) return known->second;

  SiteBrief brief;
  brief.id = known->second;
  brief.kind = kind;
  brief.size = size;
  brief.by_level = true;
  brief.group = number_of_text(text.substr(0, ends.front()));
  // A class has no stack to share with others.
  if (kind != MemoryKind::kClass || frames.size() > 1) {
    brief.zoomed = true;
    brief.stack = number_of_text(text + "\n");
    for (const std::size_t depth : kPrefixFrames) {
      const std::size_t end = ends[std::min(depth, ends.size()) - 1];
      brief.prefixes.push_back(
          number_of_text(fmt::format("{} {}", depth, text.substr(0, end))));
    }
  }
  SiteRecord record;
  record.id = brief.id;
  record.kind = kind;
  record.size = size;
  record.zoomed = brief.zoomed;
  record.frames = frames;
  briefs_.push_back(std::move(brief));
  records_.push_back(std::move(record));
  return known->second;
}

SiteRecord ManagedSites::describe(SiteId site) const {
  return records_.at(site < records_.size() ? site : 0);
}

}  // namespace tidemark
