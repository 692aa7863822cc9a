#include "harness/runtimes/go/stack_text.h"

#include <fmt/format.h>

#include <utility>

#include "harness/base/short_text.h"
#include "harness/runtimes/go/text_lines.h"

namespace tidemark::go {
namespace {

// Up to the next tab; those that follow each other are one, as Go lines the
// columns up with them.
std::string_view take_cell(std::string_view& line) {
  const std::size_t first = line.find_first_not_of('\t');
  if (first == std::string_view::npos) return line = {};
  line.remove_prefix(first);
  const std::size_t end = std::min(line.find('\t'), line.size());
  const std::string_view cell = line.substr(0, end);
  line.remove_prefix(end);
  return cell;
}

}  // namespace

std::uint32_t FrameTable::number(StackFrame frame) {
  const auto [known, fresh] = known_.try_emplace(
      fmt::format("{}\t{}:{}", frame.function, frame.file, frame.line),
      static_cast<std::uint32_t>(frames_.size()));
  if (fresh) frames_.push_back(std::move(frame));
  return known->second;
}

bool FrameTable::number_of_line(std::string_view line, std::uint32_t& number) {
  line.remove_prefix(1);  // the #
  take_cell(line);        // the address
  std::string_view name = take_cell(line);
  if (name.empty()) return false;
  const std::size_t plus = name.rfind("+0x");
  StackFrame frame;
  frame.function = name.substr(0, plus);
  split_position(take_cell(line), frame);
  number = this->number(std::move(frame));
  return true;
}

void split_position(std::string_view text, StackFrame& frame) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    std::string_view digits = text.substr(colon + 1);
    if (!take_number(digits, frame.line)) frame.line = 0;
  }
  frame.file = text.substr(0, colon);
}

Result<std::vector<std::uint64_t>> read_addresses(std::string_view text) {
  std::vector<std::uint64_t> stack;
  while (!trimmed(text).empty()) {
    std::uint64_t address = 0;
    if (!take_word(text, "0x") || !take_number(text, address, 16) ||
        (!text.empty() && text.front() != ' '))
      return fail(ErrorKind::kUsage,
                  fmt::format("wanted addresses of 64 bits, found `{}`",
                              one_line(text)));
    if (stack.size() == kDeepestStack)
      return fail(ErrorKind::kUsage, fmt::format("a stack has more than {} "
                                                 "addresses",
                                                 kDeepestStack));
    stack.push_back(address);
  }
  return stack;
}

}  // namespace tidemark::go
