#include "harness/runtimes/jvm/native_memory.h"

#include <algorithm>
#include <optional>

#include "harness/base/short_text.h"
#include "harness/runtimes/jvm/size_word.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {
namespace {

constexpr std::size_t kMostCategories = 256;

// Of "reserved=1453187KB, committed=69715KB" that of `name`.
std::optional<Bytes> figure(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  if (at == line.npos) return std::nullopt;
  line.remove_prefix(at + name.size());
  return parse_size_word(line.substr(0, line.find_first_of(",) ")));
}

std::optional<NativeCategory> figures(std::string_view line) {
  const std::optional<Bytes> reserved = figure(line, "reserved=");
  const std::optional<Bytes> committed = figure(line, "committed=");
  if (!reserved || !committed) return std::nullopt;
  return NativeCategory{{}, *reserved, *committed};
}

}  // namespace

NativeMemory parse_native_memory(std::string_view text) {
  NativeMemory memory;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    std::optional<NativeCategory> found = figures(line);
    if (!found) continue;
    if (line.starts_with("Total:")) memory.total = *found;
    const std::size_t open = line.find('(');
    if (!line.starts_with('-') || open == line.npos) continue;
    found->name = one_line(trimmed(line.substr(1, open - 1)));
    if (memory.categories.size() < kMostCategories)
      memory.categories.push_back(*std::move(found));
  }
  std::stable_sort(memory.categories.begin(), memory.categories.end(),
                   [](const NativeCategory& a, const NativeCategory& b) {
                     return a.committed > b.committed;
                   });
  return memory;
}

}  // namespace tidemark::jvm
