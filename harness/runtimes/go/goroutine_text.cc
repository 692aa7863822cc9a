#include "harness/runtimes/go/goroutine_text.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "harness/base/short_text.h"
#include "harness/runtimes/go/text_lines.h"

namespace tidemark::go {
namespace {

constexpr std::string_view kGrouped = "goroutine profile: total ";
constexpr std::string_view kOne = "goroutine ";
constexpr std::string_view kCreator = "created by ";
// Beyond any machine: each has a stack of 2 KiB at least.
constexpr std::int64_t kMostGoroutines = std::int64_t{1} << 40;
// What Go allows itself for the text of debug=2.
constexpr std::size_t kMostText = 64 << 20;

tl::unexpected<Error> wrong(std::size_t number, std::string_view line,
                            std::string_view why) {
  return fail(ErrorKind::kUsage,
              fmt::format("line {}, `{}`: {}", number, one_line(line), why));
}

Result<GoroutineText> read_grouped(std::string_view text) {
  GoroutineText made;
  std::string_view header = take_line(text);
  header.remove_prefix(kGrouped.size());
  if (!take_number(header, made.total.value))
    return wrong(1, header, "wanted the number of goroutines");
  FrameTable frames;
  std::int64_t sum = 0;
  std::size_t number = 1;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    ++number;
    if (trimmed(line).empty() || line.starts_with("# labels:")) continue;
    if (line.starts_with('#')) {
      std::uint32_t frame = 0;
      if (made.groups.empty())
        return wrong(number, line, "a frame of no goroutine");
      std::vector<std::uint32_t>& stack = made.groups.back().frames;
      if (!frames.number_of_line(line, frame)) continue;
      if (stack.size() == kDeepestStack)
        return wrong(number, line, "a stack that is too deep");
      stack.push_back(frame);
      continue;
    }
    GoroutineGroup group;
    std::string_view rest = line;
    if (!take_number(rest, group.goroutines.value) || !take_word(rest, "@"))
      return wrong(number, line, "wanted `goroutines @ addresses`");
    if (made.groups.size() == kMostStacks)
      return wrong(number, line, kTooManyStacks);
    if (group.goroutines.value > kMostGoroutines - sum)
      return wrong(number, line, "more goroutines than there can be");
    sum += group.goroutines.value;
    const Result<std::vector<std::uint64_t>> addresses = read_addresses(rest);
    if (!addresses) return wrong(number, line, addresses.error().message);
    made.groups.push_back(std::move(group));
  }
  made.frames = frames.take();
  return made;
}

// "goroutine 19 [chan receive, 5 minutes, locked to thread]:"; newer ones have
// more words before the bracket.
bool read_head(std::string_view line, GoroutineGroup& group) {
  std::uint64_t id = 0;
  if (!take_word(line, kOne) || !take_number(line, id)) return false;
  const std::size_t open = line.find('[');
  const std::size_t close = line.rfind(']');
  if (open == std::string_view::npos || close == std::string_view::npos ||
      close < open)
    return false;
  const std::string_view words = line.substr(open + 1, close - open - 1);
  group.state = words.substr(0, words.find(','));
  return true;
}

// "main.listen(0xc000012345, {0x1, 0x2})" without what it was called with.
std::string_view without_arguments(std::string_view line) {
  if (!line.ends_with(')')) return line;
  return line.substr(0, std::min(line.rfind('('), line.size()));
}

// "\t/src/chat/main.go:10 +0x17"
StackFrame frame_of(std::string_view function, std::string_view position) {
  StackFrame frame;
  frame.function = function;
  position = trimmed(position);
  const std::size_t offset = position.rfind(" +0x");
  split_position(position.substr(0, offset), frame);
  return frame;
}

// Those of one stack and one creator together.
class Groups {
 public:
  void add(GoroutineGroup group) {
    std::vector<std::uint32_t> key = group.frames;
    key.push_back(group.created_by ? *group.created_by + 1 : 0);
    const auto [known, fresh] = known_.try_emplace(std::move(key), all_.size());
    if (fresh)
      all_.push_back(std::move(group));
    else
      all_[known->second].goroutines += group.goroutines;
  }

  bool are_too_many() const { return all_.size() > kMostStacks; }

  std::vector<GoroutineGroup> take() { return std::move(all_); }

 private:
  std::map<std::vector<std::uint32_t>, std::size_t> known_;
  std::vector<GoroutineGroup> all_;
};

Result<GoroutineText> read_each(std::string_view text) {
  GoroutineText made;
  made.cut_off = text.size() >= kMostText;
  FrameTable frames;
  Groups groups;
  std::size_t number = 0;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    ++number;
    if (trimmed(line).empty()) continue;
    GoroutineGroup group;
    group.goroutines = Count{1};
    if (!read_head(line, group)) {
      // The last one may be half.
      if (made.cut_off) break;
      return wrong(number, line, "wanted `goroutine NUMBER [STATE]:`");
    }
    while (!text.empty()) {
      line = take_line(text);
      ++number;
      if (trimmed(line).empty()) break;
      if (line.starts_with("...")) continue;  // frames that were left out
      // A function, and in the next line where in it.
      if (!text.starts_with('\t')) {
        if (made.cut_off) break;
        return wrong(number, line, "wanted a function and its line of code");
      }
      const std::string_view position = take_line(text);
      ++number;
      if (line.starts_with(kCreator)) {
        line.remove_prefix(kCreator.size());
        line = line.substr(0, line.find(" in goroutine "));
        group.created_by = frames.number(frame_of(line, position));
        continue;
      }
      if (group.frames.size() == kDeepestStack)
        return wrong(number, line, "a stack that is too deep");
      group.frames.push_back(
          frames.number(frame_of(without_arguments(line), position)));
    }
    ++made.total.value;
    groups.add(std::move(group));
    if (groups.are_too_many()) return wrong(number, line, kTooManyStacks);
  }
  made.groups = groups.take();
  made.frames = frames.take();
  return made;
}

}  // namespace

Result<GoroutineText> read_goroutine_text(std::string_view text) {
  if (text.starts_with(kGrouped)) return read_grouped(text);
  if (text.starts_with(kOne)) return read_each(text);
  return fail(ErrorKind::kUsage,
              fmt::format("wanted goroutines as text, which begins with "
                          "`goroutine profile:` or `goroutine NUMBER`; found "
                          "`{}`",
                          one_line(text)));
}

}  // namespace tidemark::go
