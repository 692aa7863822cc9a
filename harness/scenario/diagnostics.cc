#include "harness/scenario/diagnostics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "harness/scenario/utf8.h"

namespace tidemark {
namespace {

// A hostile file must not make us hoard: this many are sorted and shown from.
constexpr std::size_t kMaxKept = 1000;
// A longer line is shown as a window around the caret.
constexpr std::size_t kLongestLine = 100;
constexpr std::size_t kWindowBefore = 40;

bool starts_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), starts_character));
}

// The text without its first `count` characters.
std::string_view skip_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (starts_character(text[at]) && count-- == 0) break;
    ++at;
  }
  return text.substr(at);
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  return text.substr(0, text.size() - skip_characters(text, count).size());
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// Bytes that a terminal would obey rather than show. U+0080 to U+009F are
// control characters, too, and take two bytes.
bool is_control(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7F) return true;
  return byte == 0xC2 && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

// Each control character becomes one blank, so that the caret stays right,
// and each byte that is no UTF-8 a `?`: reports must be UTF-8 throughout.
std::string showable(std::string_view line) {
  std::string result;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t length = utf8_length(line.substr(i));
    if (length == 0)
      result += '?';
    else if (is_control(line, i))
      result += ' ';
    else
      result += line.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

// The line and, below it, the caret; both without margin.
std::pair<std::string, std::string> picture(std::string_view line,
                                            std::size_t column,
                                            std::size_t width) {
  std::size_t caret = column;
  std::string shown = showable(line);
  if (count_characters(shown) > kLongestLine) {
    const std::size_t start = caret - std::min(caret, kWindowBefore);
    const std::string_view rest = skip_characters(shown, start);
    const std::string_view window = first_characters(rest, kLongestLine);
    const bool cut = window.size() < rest.size();
    shown = fmt::format("{}{}{}", start > 0 ? "…" : "", window, cut ? "…" : "");
    caret = caret - start + (start > 0 ? 1 : 0);
  }
  const std::size_t end = std::max(count_characters(shown), caret + 1);
  width = std::clamp<std::size_t>(width, 1, end - caret);
  return {shown, std::string(caret, ' ') + '^' + std::string(width - 1, '~')};
}

// The text with stars instead of its secrets. One whose spelling is not its
// value (escapes, several lines) loses the rest of its line.
std::string without_secrets(std::string_view text,
                            const std::vector<Position>& secrets) {
  std::string result(text);
  if (secrets.empty()) return result;
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') starts.push_back(i + 1);
  starts.push_back(text.size());
  for (const Position& secret : secrets) {
    if (secret.line + 1 >= starts.size()) continue;
    const std::size_t line_end = starts[secret.line + 1];
    const std::size_t begin =
        std::min(starts[secret.line] + secret.column, line_end);
    const bool spelled = secret.length > 2;
    const std::size_t end =
        spelled ? std::min(begin + secret.length, line_end) : line_end;
    for (std::size_t at = begin; at < end; ++at)
      if (result[at] != '"' && result[at] != '\n') result[at] = '*';
  }
  return result;
}

// Messages quote through printable(); the YAML parser's own words do not.
std::string one_line(const std::string& message) {
  return printable(message, message.size());
}

std::string render_one(const Diagnostic& diagnostic, const std::string& path,
                       const std::vector<std::string_view>& lines) {
  // A parser may point one past the end.
  const std::size_t line_index = std::min(diagnostic.at.line, lines.size() - 1);
  const std::string_view line = lines[line_index];
  const std::size_t byte_column = std::min(diagnostic.at.column, line.size());
  const std::size_t column = count_characters(line.substr(0, byte_column));
  const std::size_t width =
      count_characters(line.substr(byte_column, diagnostic.at.length));

  const std::string number = std::to_string(line_index + 1);
  const std::string margin(number.size(), ' ');
  const auto [shown, caret] = picture(line, column, width);
  std::string result = fmt::format(
      "{}:{}:{}: {}\n {} | {}\n {} | {}\n", path, line_index + 1, column + 1,
      one_line(diagnostic.message), number, shown, margin, caret);
  if (!diagnostic.hint.empty())
    result += fmt::format(" {} = {}\n", margin, one_line(diagnostic.hint));
  return result;
}

}  // namespace

void Diagnostics::add(Position at, std::string message, std::string hint) {
  if (diagnostics_.size() == kMaxKept) {
    ++dropped_;
    return;
  }
  diagnostics_.push_back({at, std::move(message), std::move(hint)});
}

std::string Diagnostics::render(const std::string& path,
                                std::string_view text) const {
  std::vector<Diagnostic> sorted = diagnostics_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::pair(a.at.line, a.at.column) <
                            std::pair(b.at.line, b.at.column);
                   });
  const std::string safe = without_secrets(text, secrets_);
  const std::vector<std::string_view> lines = split_lines(safe);
  const std::size_t shown = std::min(sorted.size(), kMaxDiagnosticsShown);
  const std::string shown_path = printable(path, path.size());
  std::string result;
  for (std::size_t i = 0; i < shown; ++i)
    result += render_one(sorted[i], shown_path, lines);
  const std::size_t hidden = sorted.size() - shown + dropped_;
  if (hidden > 0) {
    result += fmt::format("{}: {} more {} not shown\n", shown_path, hidden,
                          hidden == 1 ? "problem is" : "problems are");
  }
  if (result.ends_with('\n')) result.pop_back();
  return result;
}

std::string printable(std::string_view text, std::size_t longest) {
  const std::string_view head = first_characters(text, longest);
  std::string result;
  for (std::size_t i = 0; i < head.size();) {
    const std::size_t length = utf8_length(head.substr(i));
    if (length == 0 || is_control(head, i)) {
      i += length == 2 ? 1 : 0;  // U+0080 to U+009F: the second byte counts
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(head[i]));
      ++i;
    } else {
      result += head.substr(i, length);
      i += length;
    }
  }
  if (head.size() < text.size()) result += "…";
  return result;
}

std::string any_of(const std::vector<std::string>& words,
                   std::string_view last) {
  if (words.size() < 2) return words.empty() ? "" : words.front();
  return fmt::format("{} {} {}",
                     fmt::join(words.begin(), words.end() - 1, ", "), last,
                     words.back());
}

}  // namespace tidemark
