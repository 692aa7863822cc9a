#include "harness/scenario/text_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "harness/scenario/diagnostics.h"
#include "harness/scenario/secrets.h"

namespace tidemark {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
         (c >= 'a' && c <= 'z');
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

std::string lower_case(std::string text) {
  for (char& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes a command line apart, word by word.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<std::vector<std::string>> split() {
    std::vector<std::string> words;
    while (skip_blanks()) {
      Result<std::string> word = take_word();
      TIDEMARK_TRY(word);
      words.push_back(std::move(*word));
    }
    return words;
  }

 private:
  bool skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  Result<std::string> take_word() {
    std::string word;
    while (at_ < text_.size() && !is_blank(text_[at_])) {
      const char c = text_[at_];
      if (text_.substr(at_).starts_with("{{")) {
        take_braces(word);
      } else if (c == '\'') {
        TIDEMARK_TRY(take_single(word));
      } else if (c == '"') {
        TIDEMARK_TRY(take_double(word));
      } else if (c == '\\' && at_ + 1 < text_.size()) {
        word += text_[at_ + 1];
        at_ += 2;
      } else {
        word += c;
        ++at_;
      }
    }
    return word;
  }

  void take_braces(std::string& word) {
    const std::size_t close = text_.find("}}", at_);
    const std::size_t end =
        close == std::string_view::npos ? at_ + 2 : close + 2;
    word += text_.substr(at_, end - at_);
    at_ = end;
  }

  Status take_single(std::string& word) {
    const std::size_t close = text_.find('\'', at_ + 1);
    if (close == std::string_view::npos) return unfinished();
    word += text_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    return {};
  }

  Status take_double(std::string& word) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_.substr(at_).starts_with("{{"))
        take_braces(word);
      else if (text_[at_] == '\\')
        TIDEMARK_TRY(take_escape(word));
      else
        word += text_[at_++];
    }
    if (at_ == text_.size()) return unfinished();
    ++at_;
    return {};
  }

  Status take_escape(std::string& word) {
    if (at_ + 1 == text_.size()) return unfinished();
    const char c = text_[at_ + 1];
    at_ += 2;
    if (c != 'x') {
      word += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
      return {};
    }
    const int high = at_ + 1 < text_.size() ? hex_digit(text_[at_]) : -1;
    const int low = high >= 0 ? hex_digit(text_[at_ + 1]) : -1;
    if (low < 0)
      return refused(fmt::format("wanted two hex digits after \\x in `{}`",
                                 printable(text_)));
    word += static_cast<char>(high * 16 + low);
    at_ += 2;
    return {};
  }

  Status unfinished() const {
    return refused(fmt::format("a quote in `{}` never ends", printable(text_)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

tl::unexpected<Error> refused(std::string message, std::string hint) {
  return fail(ErrorKind::kUsage, std::move(message), std::move(hint));
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  });
}

Status check_name(const std::string& name) {
  constexpr std::size_t longest = 64;
  const bool good = !name.empty() && name.size() <= longest &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                             c == '_' || c == '-';
                    });
  if (good) return {};
  return refused(fmt::format("`{}` is not a name", printable(name)),
                 "use a to z, digits, _ and -, at most 64");
}

Status check_variable_name(const std::string& name) {
  const bool good = !name.empty() && (name[0] < '0' || name[0] > '9') &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return is_alphanumeric(c) || c == '_';
                    });
  if (!good)
    return refused(
        fmt::format("`{}` is not the name of a variable", printable(name)),
        "use letters, digits and _");
  if (name == "port" || name == "connections")
    return refused(fmt::format("the variable `{}` is tidemark's own", name),
                   "use another name");
  return {};
}

Status check_header_name(const std::string& name, Engine engine) {
  if (!is_token(name)) {
    return refused(
        fmt::format("`{}` is not the name of a header", printable(name)));
  }
  const std::string lower = lower_case(name);
  const auto ours = [&name](std::string hint = {}) {
    return refused(fmt::format("the header `{}` is set by tidemark", name),
                   std::move(hint));
  };
  if (engine == Engine::kHttp) {
    if (lower == "content-length") return ours("use `body` or `size`");
    if (lower == "transfer-encoding") return ours("use `chunked: true`");
    return {};
  }
  if (lower == "sec-websocket-protocol") return ours("use load.subprotocols");
  if (lower == "host" || lower == "upgrade" || lower == "connection" ||
      lower.starts_with("sec-websocket-"))
    return ours();
  return {};
}

Status check_header_value(const std::string& value) {
  // A line break would start another header.
  for (char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) {
      return refused(fmt::format(
          "wanted a header value in one line, found `{}`", printable(value)));
    }
  }
  return check_secrets(value);
}

Status check_subprotocol(const std::string& name) {
  if (is_token(name)) return {};
  return refused(fmt::format("wanted the name of a subprotocol, found `{}`",
                             printable(name)),
                 "letters, digits and - . _ but no blanks");
}

Status check_not_empty(const std::string& text) {
  if (!text.empty()) return {};
  return refused("wanted text, found none");
}

Result<std::string> parse_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (char c : text) {
    if (is_blank(c) && high < 0) continue;
    const int digit = hex_digit(c);
    if (digit < 0) {
      return refused(
          fmt::format("wanted bytes in hex, found `{}`", printable(text)),
          "write them like \"de ad be ef\"");
    }
    if (high >= 0) bytes += static_cast<char>(high * 16 + digit);
    high = high >= 0 ? -1 : digit;
  }
  if (high < 0) return bytes;
  return refused(fmt::format("wanted two hex digits for each byte, found `{}`",
                             printable(text)));
}

Result<std::vector<std::string>> split_words(std::string_view text) {
  return Splitter(text).split();
}

}  // namespace tidemark
