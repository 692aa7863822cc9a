#include "harness/attach/mapped_range.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "harness/base/deleted_file.h"

namespace tidemark::attach {
namespace {

std::string_view next_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

bool read_hex(std::string_view text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, 16);
  return error == std::errc() && stop == end && !text.empty();
}

// "begin-end rwxp offset device inode   path"
std::optional<MappedRange> parse_range(std::string_view line) {
  MappedRange found;
  const std::string_view range = next_word(line);
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos ||
      !read_hex(range.substr(0, dash), found.begin) ||
      !read_hex(range.substr(dash + 1), found.end) || found.begin >= found.end)
    return std::nullopt;
  const std::string_view rights = next_word(line);
  if (rights.size() != 4) return std::nullopt;
  found.readable = rights[0] == 'r';
  found.writable = rights[1] == 'w';
  found.executable = rights[2] == 'x';
  found.shared = rights[3] == 's';
  if (!read_hex(next_word(line), found.offset)) return std::nullopt;
  next_word(line);
  next_word(line);
  const std::size_t path = line.find_first_not_of(' ');
  if (path != std::string_view::npos)
    found.path = without_deleted(line.substr(path));
  return found;
}

}  // namespace

std::vector<MappedRange> parse_ranges(std::string_view maps) {
  std::vector<MappedRange> ranges;
  while (!maps.empty()) {
    const std::size_t end = std::min(maps.find('\n'), maps.size());
    if (auto range = parse_range(maps.substr(0, end)))
      ranges.push_back(*std::move(range));
    maps.remove_prefix(std::min(end + 1, maps.size()));
  }
  return ranges;
}

}  // namespace tidemark::attach
