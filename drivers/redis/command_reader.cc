#include "drivers/redis/command_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "drivers/redis/words.h"

namespace tidemark::redis {
namespace {

constexpr std::int64_t kLineEnd = 2;

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed =
      std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What stands after a backslash within "…"; takes it from `rest`.
char escaped(std::string_view& rest) {
  const char c = rest[0];
  if (c == 'x' && rest.size() >= 3 && hex_digit(rest[1]) >= 0 &&
      hex_digit(rest[2]) >= 0) {
    const int value = hex_digit(rest[1]) * 16 + hex_digit(rest[2]);
    rest.remove_prefix(3);
    return static_cast<char>(value);
  }
  rest.remove_prefix(1);
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

// The rest of a word in quotes. False if it is not closed, or if it goes on
// behind the quote.
bool take_quoted(char quote, std::string_view& rest, std::string& word) {
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c == quote) return rest.empty() || is_blank(rest[0]);
    if (c != '\\' || rest.empty()) {
      word += c;
    } else if (quote == '"') {
      word += escaped(rest);
    } else if (rest[0] == '\'') {
      word += '\'';
      rest.remove_prefix(1);
    } else {
      word += c;
    }
  }
  return false;
}

}  // namespace

bool split_inline(std::string_view line, Words& words) {
  std::string_view rest = line;
  while (true) {
    while (!rest.empty() && is_blank(rest[0])) rest.remove_prefix(1);
    if (rest.empty()) return true;
    std::string& word = words.emplace_back();
    while (!rest.empty() && !is_blank(rest[0])) {
      const char c = rest[0];
      rest.remove_prefix(1);
      if (c != '"' && c != '\'') {
        word += c;
      } else if (take_quoted(c, rest, word)) {
        break;
      } else {
        return false;
      }
    }
  }
}

void CommandReader::broken(std::string_view why) {
  broken_ = true;
  if (!why.empty()) trouble_ = fmt::format("Protocol error: {}", why);
}

Words CommandReader::take_words() {
  complete_ = false;
  total_ = 0;
  return std::exchange(words_, {});
}

// False if the line is not complete, or too long.
bool CommandReader::take_line(std::string_view& input, std::string& line) {
  const std::size_t found = input.find('\n');
  const std::string_view piece = input.substr(0, found);
  if (line_.size() + piece.size() > kMaxCommandLine) {
    const bool many = left_ > 0 || line_.starts_with('*') ||
                      (line_.empty() && piece.starts_with('*'));
    broken(many ? "too big mbulk count string" : "too big inline request");
    return false;
  }
  line_ += piece;
  if (found == std::string_view::npos) {
    input = {};
    return false;
  }
  input.remove_prefix(found + 1);
  line = std::exchange(line_, {});
  if (line.ends_with('\r')) line.pop_back();
  total_ += line.size();
  return true;
}

void CommandReader::take_word(std::string_view& input) {
  std::string& word = words_.back();
  if (missing_ > kLineEnd) {
    const std::size_t size =
        std::min(input.size(), static_cast<std::size_t>(missing_ - kLineEnd));
    word += input.substr(0, size);
    input.remove_prefix(size);
    missing_ -= static_cast<std::int64_t>(size);
    return;
  }
  // Redis, too, takes any two bytes for the line end.
  input.remove_prefix(1);
  if (--missing_ > 0) return;
  missing_ = -1;
  complete_ = --left_ == 0;
}

void CommandReader::on_count(std::string_view digits) {
  const std::optional<std::int64_t> count = number_in(digits);
  if (!count || *count > kMaxCommandWords) {
    broken("invalid multibulk length");
  } else if (*count > 0) {
    left_ = *count;
  } else {
    total_ = 0;  // no command at all
  }
}

void CommandReader::on_length(std::string_view line) {
  if (!line.starts_with('$')) {
    const std::string found = cleaned(line.substr(0, 1), 1);
    broken(fmt::format("expected '$', got '{}'", found));
    return;
  }
  const std::optional<std::int64_t> length = number_in(line.substr(1));
  if (!length || *length < 0 ||
      *length > static_cast<std::int64_t>(kMaxCommand - total_)) {
    broken("invalid bulk length");
    return;
  }
  total_ += static_cast<std::size_t>(*length);
  words_.emplace_back();
  missing_ = *length + kLineEnd;
}

void CommandReader::on_inline(std::string_view line) {
  if (!split_inline(line, words_)) {
    broken("unbalanced quotes in request");
    return;
  }
  if (words_.empty()) {
    total_ = 0;
    return;
  }
  const std::string word = capitals(words_[0]);
  // A browser that was lured here: Redis ends such connections in silence.
  if (word == "POST" || word == "HOST:")
    broken("");
  else
    complete_ = true;
}

void CommandReader::on_line(std::string_view line) {
  if (total_ > kMaxCommand)
    broken("too big request");
  else if (left_ > 0)
    on_length(line);
  else if (line.starts_with('*'))
    on_count(line.substr(1));
  else
    on_inline(line);
}

CommandReader::Kind CommandReader::next(std::string_view& input) {
  std::string line;
  while (!broken_ && !complete_ && !input.empty()) {
    if (missing_ >= 0)
      take_word(input);
    else if (take_line(input, line))
      on_line(line);
  }
  if (broken_) return Kind::kBroken;
  return complete_ ? Kind::kCommand : Kind::kMore;
}

}  // namespace tidemark::redis
