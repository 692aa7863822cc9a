#include "harness/base/proc_tree.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "harness/base/text_file.h"

namespace tidemark {
namespace {

// Positions in /proc/PID/stat counted from the field after the name.
constexpr std::size_t kState = 0;
constexpr std::size_t kParent = 1;
constexpr std::size_t kSession = 3;
constexpr std::size_t kFlags = 6;
constexpr std::size_t kStartTime = 19;

// PF_EXITING of linux/sched.h: on from a process's first step of ending, its
// state is not yet Z for as long as its memory takes to be given back.
constexpr std::uint64_t kEnding = 0x4;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && !text.empty();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return words;
    const std::size_t end = text.find_first_of(" \n", begin);
    words.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return words;
    text.remove_prefix(end);
  }
}

std::vector<int> numbers_in(const std::string& path) {
  std::vector<int> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()),
                                                   &::closedir);
  if (!folder) return numbers;
  while (const dirent* entry = ::readdir(folder.get())) {
    int number = 0;
    if (read_number(std::string_view(entry->d_name), number)) {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

std::optional<ProcessEntry> parse_process_stat(std::string_view text) {
  // The name stands in parentheses and may itself hold spaces, parentheses
  // and line ends: only the last ')' ends it.
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos ||
      open == 0 || close < open) {
    return std::nullopt;
  }
  const std::vector<std::string_view> fields = words_of(text.substr(close + 1));
  if (fields.size() <= kStartTime || fields[kState].size() != 1) {
    return std::nullopt;
  }
  ProcessEntry entry;
  entry.state = fields[kState][0];
  std::uint64_t flags = 0;
  if (!read_number(text.substr(0, open - 1), entry.pid) ||
      !read_number(fields[kParent], entry.parent) ||
      !read_number(fields[kSession], entry.session) ||
      !read_number(fields[kFlags], flags) ||
      !read_number(fields[kStartTime], entry.start_time)) {
    return std::nullopt;
  }
  entry.ending = (flags & kEnding) != 0;
  return entry;
}

std::optional<ProcessEntry> process_entry(pid_t pid) {
  const Result<std::string> text = read_file(fmt::format("/proc/{}/stat", pid));
  if (!text) return std::nullopt;
  return parse_process_stat(*text);
}

bool is_gone(pid_t pid) {
  const std::optional<ProcessEntry> entry = process_entry(pid);
  return !entry || entry->dead() || entry->ending;
}

std::vector<ProcessEntry> list_processes() {
  std::vector<ProcessEntry> all;
  for (const int pid : numbers_in("/proc")) {
    if (std::optional<ProcessEntry> entry = process_entry(pid)) {
      all.push_back(*entry);
    }
  }
  return all;
}

std::vector<pid_t> descendants(const std::vector<ProcessEntry>& all,
                               pid_t root) {
  std::multimap<pid_t, pid_t> children;
  for (const ProcessEntry& entry : all) {
    // A list taken while pids are reused may hold a loop; a process that is
    // its own parent is the shortest one.
    if (entry.pid != entry.parent) children.emplace(entry.parent, entry.pid);
  }
  std::vector<pid_t> found;
  std::vector<pid_t> open{root};
  for (std::size_t i = 0; i < open.size() && open.size() <= all.size(); ++i) {
    const auto [first, last] = children.equal_range(open[i]);
    for (auto child = first; child != last; ++child) {
      if (child->second == root) continue;
      found.push_back(child->second);
      open.push_back(child->second);
    }
  }
  return found;
}

bool environment_contains(std::string_view text, std::string_view entry) {
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    if (text.substr(0, end) == entry) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

bool has_environment_entry(pid_t pid, std::string_view entry) {
  const Result<std::string> text =
      read_file(fmt::format("/proc/{}/environ", pid));
  return text && environment_contains(*text, entry);
}

std::string command_line_of(pid_t pid) {
  Result<std::string> text = read_file(fmt::format("/proc/{}/cmdline", pid));
  if (!text) return {};
  while (text->ends_with('\0')) text->pop_back();
  std::replace(text->begin(), text->end(), '\0', ' ');
  return *std::move(text);
}

std::vector<int> numbered_entries(pid_t pid, const char* folder) {
  return numbers_in(fmt::format("/proc/{}/{}", pid, folder));
}

}  // namespace tidemark
