#include "harness/runtimes/jvm/heap_info.h"

#include <optional>

#include "harness/base/short_text.h"
#include "harness/runtimes/jvm/size_word.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {
namespace {

struct KnownLine {
  std::string_view begin;
  const char* collector;
};

// One line for each generation, or one for all.
constexpr KnownLine kLines[] = {{"garbage-first heap", "G1"},
                                {"def new generation", "Serial"},
                                {"tenured generation", "Serial"},
                                {"DefNew", "Serial"},
                                {"Tenured", "Serial"},
                                {"PSYoungGen", "Parallel"},
                                {"ParOldGen", "Parallel"},
                                {"PSOldGen", "Parallel"},
                                {"ZHeap", "Z"},
                                {"Shenandoah Heap", "Shenandoah"},
                                {"Epsilon Heap", "Epsilon"},
                                {"par new generation", "CMS"},
                                {"concurrent mark-sweep generation", "CMS"}};

constexpr std::size_t kMostRanges = 16;

std::string_view without_comma(std::string_view word) {
  if (word.ends_with(',')) word.remove_suffix(1);
  return word;
}

// "total 10240K, used 1204K", "used 10M, capacity 64M", "9M committed, 1024K
// used".
struct Figures {
  std::optional<Bytes> committed;
  std::optional<Bytes> used;
};

Figures figures(std::string_view line) {
  Figures found;
  std::string_view before;  // a size with a comma is not this word's
  std::string_view two_before;
  const auto take = [](std::optional<Bytes>& into, std::string_view word) {
    const std::optional<Bytes> size = parse_size_word(word);
    if (size && !into) into = size;
  };
  for (std::string_view word = take_word(line); !word.empty();
       word = take_word(line)) {
    const std::string_view plain = without_comma(word);
    if (before == "committed" || before == "total" ||
        (before == "capacity" && two_before != "max"))
      take(found.committed, plain);
    if (before == "used") take(found.used, plain);
    if (plain == "committed") take(found.committed, before);
    if (plain == "used") take(found.used, before);
    two_before = before;
    before = word;
  }
  return found;
}

// "[0x00000000fc000000, 0x0000000100000000)"; of three the middle is how far
// it is committed.
void add_range(std::string_view line, HeapInfo& info) {
  const std::size_t open = line.find("[0x");
  const std::size_t close = line.find(')', open);
  if (open == line.npos || close == line.npos) return;
  const std::string_view inside = line.substr(open, close - open);
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  const auto read = [&](std::size_t at, std::uint64_t& into) {
    std::from_chars(inside.data() + at + 2, inside.data() + inside.size(), into,
                    16);
  };
  read(1, from);
  if (const std::size_t last = inside.rfind("0x"); last > 1) read(last, to);
  if (from < to && info.ranges.size() < kMostRanges)
    info.ranges.emplace_back(from, to);
}

}  // namespace

HeapInfo parse_heap_info(std::string_view text) {
  HeapInfo info;
  bool goes_on = false;  // Shenandoah's figures are on the line below its name
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    const Figures found = figures(line);
    if (line.starts_with("Metaspace") && found.used)
      info.metaspace = *found.used;
    bool known = std::exchange(goes_on, false);
    for (const auto& [begin, collector] : kLines) {
      if (!line.starts_with(begin)) continue;
      info.collector = collector;
      known = true;
      goes_on = !found.used;
    }
    if (!known) continue;
    info.committed += found.committed.value_or(Bytes{});
    info.used += found.used.value_or(Bytes{});
    add_range(line, info);
  }
  return info;
}

}  // namespace tidemark::jvm
