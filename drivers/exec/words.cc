#include "drivers/exec/words.h"

#include <cstddef>
#include <string_view>

#include "harness/base/short_text.h"

namespace tidemark::exec {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kName = "connections";

std::string with_number(std::string_view word, const std::string& number) {
  std::string result;
  while (true) {
    const std::size_t open = word.find(kOpen);
    const std::size_t close =
        open == word.npos ? word.npos : word.find(kClose, open + kOpen.size());
    if (close == word.npos) return result.append(word);
    const std::string_view inside =
        word.substr(open + kOpen.size(), close - open - kOpen.size());
    const bool ours = trimmed(inside) == kName;
    // The name may stand in braces of the program's: {{{ connections }}}.
    const std::size_t end = ours ? close + kClose.size() : open + 1;
    result.append(word.substr(0, ours ? open : end));
    if (ours) result += number;
    word.remove_prefix(end);
  }
}

bool is_plain(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "_-+=./:,@%";
  return !word.empty() && word.find_first_not_of(kPlain) == word.npos;
}

}  // namespace

std::vector<std::string> with_connections(std::vector<std::string> command,
                                          Count connections) {
  const std::string number = std::to_string(connections.value);
  for (std::string& word : command) word = with_number(word, number);
  return command;
}

std::string command_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) {
    if (!line.empty()) line += ' ';
    if (is_plain(word)) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) {
      if (c == '\'')
        line += "'\\''";
      else
        line += c;
    }
    line += '\'';
  }
  return line;
}

}  // namespace tidemark::exec
