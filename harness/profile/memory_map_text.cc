#include "harness/profile/memory_map_text.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "harness/profile/text_scanner.h"

namespace tidemark {
namespace {

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") ==
                              std::string_view::npos;
}

std::uint64_t hex_value(std::string_view text) {
  std::uint64_t value = 0;
  TextScanner(text).hex(value);
  return value;
}

// "(@FF00)" → FF00
std::string_view in_brackets(std::string_view token) {
  if (!token.starts_with("(@") || !token.ends_with(")")) return {};
  token.remove_prefix(2);
  token.remove_suffix(1);
  return is_hex(token) ? token : std::string_view();
}

// Behind the range and the rights: "00002000 fe:00 248139  /usr/bin/true".
// False: it is of the shorter form.
bool read_proc_form(TextScanner rest, ProfileMapping& mapping) {
  const std::string_view offset = rest.token();
  const std::string_view device = rest.token();
  const std::string_view inode = rest.token();
  const std::size_t colon = device.find(':');
  if (!is_hex(offset) || colon == std::string_view::npos ||
      !is_hex(device.substr(0, colon)) || !is_hex(device.substr(colon + 1)) ||
      inode.empty() ||
      inode.find_first_not_of("0123456789") != std::string_view::npos)
    return false;
  mapping.offset = hex_value(offset);
  mapping.file = rest.token();
  return true;
}

void read_short_form(TextScanner rest, ProfileMapping& mapping) {
  mapping.file = rest.token();
  std::string_view token = rest.token();
  if (const std::string_view offset = in_brackets(token); !offset.empty()) {
    mapping.offset = hex_value(offset);
    token = rest.token();
  }
  if (is_hex(token)) mapping.build_id = token;
}

// Absent: no mapping, or one without code.
std::optional<ProfileMapping> read_mapping(std::string_view line) {
  TextScanner scan(line);
  ProfileMapping mapping;
  scan.word("0x");
  if (!scan.hex(mapping.start)) return std::nullopt;
  scan.word("-");
  scan.word("0x");
  if (!scan.hex(mapping.limit)) return std::nullopt;
  if (scan.rest().starts_with(":")) scan.word(":");
  if (!scan.rest().empty() && scan.rest().front() != ' ' &&
      scan.rest().front() != '\t')
    return std::nullopt;
  TextScanner behind = scan;
  const std::string_view rights = behind.token();
  if (!rights.empty() &&
      rights.find_first_not_of("-rwxps") == std::string_view::npos) {
    if (rights.find('x') == std::string_view::npos) return std::nullopt;
    scan = behind;
  }
  if (!read_proc_form(scan, mapping)) read_short_form(scan, mapping);
  return mapping;
}

bool are_neighbours(const ProfileMapping& a, const ProfileMapping& b) {
  if (!a.file.empty() && !b.file.empty() && a.file != b.file) return false;
  if (!a.build_id.empty() && !b.build_id.empty() && a.build_id != b.build_id)
    return false;
  if (a.limit != b.start) return false;
  return a.offset == 0 || b.offset == 0 ||
         a.offset + (a.limit - a.start) == b.offset;
}

void join_neighbours(std::vector<ProfileMapping>& mappings) {
  std::vector<ProfileMapping> joined;
  for (ProfileMapping& mapping : mappings) {
    if (joined.empty() || !are_neighbours(joined.back(), mapping)) {
      joined.push_back(std::move(mapping));
      continue;
    }
    joined.back().limit = mapping.limit;
    if (!mapping.file.empty()) joined.back().file = std::move(mapping.file);
    if (!mapping.build_id.empty())
      joined.back().build_id = std::move(mapping.build_id);
  }
  mappings = std::move(joined);
}

// "libc.so", "libc.so.6", "libc.so_1".
bool is_library(std::string_view file) {
  if (file.ends_with(".so")) return true;
  const std::size_t digits = file.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || digits + 1 == file.size())
    return false;
  const std::string_view head = file.substr(0, digits + 1);
  return head.ends_with(".so.") || head.ends_with(".so_");
}

void put_the_program_first(std::vector<ProfileMapping>& mappings) {
  for (ProfileMapping& mapping : mappings) {
    const std::string_view file = trimmed(mapping.file);
    if (file.empty() || is_library(file) || file.front() == '[') continue;
    std::swap(mappings.front(), mapping);
    return;
  }
}

// Where the mappings are, for many addresses. Of those that overlap, which no
// kernel writes, the one that begins last has an address.
class MappingFinder {
 public:
  explicit MappingFinder(const std::vector<ProfileMapping>& mappings)
      : mappings_(mappings) {
    for (std::size_t i = 0; i < mappings.size(); ++i) order_.push_back(i);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) {
                       return mappings[a].start < mappings[b].start;
                     });
  }

  std::optional<std::size_t> find(std::uint64_t address) const {
    const auto after =
        std::upper_bound(order_.begin(), order_.end(), address,
                         [&](std::uint64_t wanted, std::size_t i) {
                           return wanted < mappings_[i].start;
                         });
    if (after != order_.begin() && address < mappings_[*std::prev(after)].limit)
      return *std::prev(after);
    // A mapping whose first part somebody has left out.
    if (after == order_.end()) return std::nullopt;
    const ProfileMapping& next = mappings_[*after];
    if (next.offset != 0 && next.start - next.offset <= address &&
        next.offset <= next.start)
      return *after;
    return std::nullopt;
  }

 private:
  const std::vector<ProfileMapping>& mappings_;
  std::vector<std::size_t> order_;
};

}  // namespace

bool begins_memory_map(std::string_view line) {
  return line.find("MAPPED_LIBRARIES:") != std::string_view::npos ||
         line.find("--- Memory map: ---") != std::string_view::npos;
}

void add_memory_map(std::string_view text, Profile& profile) {
  while (!text.empty())
    if (std::optional<ProfileMapping> mapping = read_mapping(next_line(text)))
      profile.mappings.push_back(*std::move(mapping));
  join_neighbours(profile.mappings);
  put_the_program_first(profile.mappings);
  // Where linkers put programs that are not position-independent.
  constexpr std::uint64_t kUsualStart = 0x400000;
  if (!profile.mappings.empty()) {
    ProfileMapping& main = profile.mappings.front();
    if (main.start - main.offset == kUsualStart) {
      main.start = kUsualStart;
      main.offset = 0;
    }
  }
  const std::vector<ProfileMapping> known = profile.mappings;
  const MappingFinder finder(known);
  std::optional<std::size_t> nameless;
  for (ProfileLocation& location : profile.locations) {
    if (location.mapping || location.address == 0) continue;
    location.mapping = finder.find(location.address);
    if (location.mapping) {
      ProfileMapping& found = profile.mappings[*location.mapping];
      if (location.address < found.start) {
        found.start -= found.offset;
        found.offset = 0;
      }
      continue;
    }
    if (!nameless) {
      nameless = profile.mappings.size();
      ProfileMapping all;
      all.limit = std::numeric_limits<std::uint64_t>::max();
      profile.mappings.push_back(all);
    }
    location.mapping = nameless;
  }
}

}  // namespace tidemark
