#include "harness/runtimes/jvm/class_histogram.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "harness/base/short_text.h"
#include "harness/runtimes/jvm/class_name.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {
namespace {

// No JVM has so many objects: sums must not overflow.
constexpr std::int64_t kMost = std::int64_t{1} << 48;
constexpr std::size_t kMostClasses = 1 << 20;

tl::unexpected<Error> not_a_histogram(std::string message) {
  return fail(ErrorKind::kEnvironment,
              "GC.class_histogram answers what is no table of classes: " +
                  std::move(message));
}

struct Row {
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
};

std::optional<Row> take_numbers(std::string_view& line) {
  const std::optional<std::int64_t> objects = whole_number(take_word(line));
  const std::optional<std::int64_t> bytes = whole_number(take_word(line));
  if (!objects || !bytes || *objects > kMost || *bytes > kMost)
    return std::nullopt;
  return Row{*objects, *bytes};
}

// "   1:          7543         347352  [B (java.base@17.0.15)"
std::optional<ClassCount> parse_row(std::string_view line) {
  std::string_view rank = take_word(line);
  if (!rank.ends_with(':')) return std::nullopt;
  rank.remove_suffix(1);
  const std::optional<Row> row = take_numbers(line);
  const std::string_view name = take_word(line);
  if (!whole_number(rank) || !row || name.empty()) return std::nullopt;
  std::string_view module = take_word(line);
  if (module.starts_with('(')) module.remove_prefix(1);
  ClassCount count;
  count.name = readable_class(name);
  count.library = is_library_class(count.name, module);
  count.objects = {row->objects};
  count.bytes = {row->bytes};
  return count;
}

}  // namespace

Result<ClassHistogram> parse_class_histogram(std::string_view text) {
  std::map<std::string, ClassCount> classes;
  bool ended = false;
  while (!text.empty() && !ended) {
    std::string_view line = take_line(text);
    std::string_view rest = line;
    const std::string_view first = take_word(rest);
    if (first == "Total") {
      ended = take_numbers(rest).has_value();
      if (!ended)
        return not_a_histogram(fmt::format("the sum is `{}`", one_line(line)));
      continue;
    }
    // The heading, and the line below it.
    if (first.empty() || first == "num" || first.starts_with("--")) continue;
    const std::optional<ClassCount> row = parse_row(line);
    if (!row) return not_a_histogram(fmt::format("found `{}`", one_line(line)));
    ClassCount& known =
        classes.try_emplace(row->name, ClassCount{}).first->second;
    known.name = row->name;
    known.library = known.library || row->library;
    known.objects += row->objects;
    known.bytes += row->bytes;
    if (classes.size() > kMostClasses)
      return not_a_histogram("it has too many classes");
  }
  if (!ended) return not_a_histogram("it ends before its sum");
  ClassHistogram histogram;
  for (auto& [_, count] : classes) {
    histogram.objects += count.objects;
    histogram.bytes += count.bytes;
    histogram.classes.push_back(std::move(count));
  }
  return histogram;
}

}  // namespace tidemark::jvm
