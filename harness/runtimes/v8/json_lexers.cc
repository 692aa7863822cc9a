#include "harness/runtimes/v8/json_lexers.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace tidemark {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_high_surrogate(std::uint32_t code) {
  return code >= 0xd800 && code < 0xdc00;
}

bool is_low_surrogate(std::uint32_t code) {
  return code >= 0xdc00 && code < 0xe000;
}

constexpr std::uint32_t kReplacement = 0xfffd;

}  // namespace

LexerStop NumberList::punctuation(const char*& at) {
  if (is_blank(*at)) {
    ++at;
    return LexerStop::kMore;
  }
  const bool wants_value = state_ == State::kFirst || state_ == State::kNext;
  if (*at == '[' && wants_value) {
    state_ = State::kFirst;
    ++at;
    return LexerStop::kOpen;
  }
  if (*at == ']' && state_ != State::kNext) {
    state_ = State::kFirst;
    ++at;
    return LexerStop::kEnd;
  }
  complaint_ = wants_value ? "wanted a whole number that is not negative"
                           : "wanted `,` or `]` after a number";
  return LexerStop::kRefused;
}

void StringLexer::begin(std::size_t keep) {
  state_ = State::kPlain;
  keep_ = keep;
  cut_ = false;
  high_surrogate_ = 0;
  text_.clear();
}

LexerStop StringLexer::refuse(std::string_view why) {
  complaint_ = why;
  return LexerStop::kRefused;
}

LexerStop StringLexer::run(const char*& at, const char* end) {
  while (at != end) {
    if (state_ == State::kEscape) {
      if (!escaped(*at)) return refuse("no such escape in a string");
      ++at;
      continue;
    }
    if (state_ == State::kHex) {
      if (!hex_digit(*at)) return refuse("wanted four hexadecimal digits");
      ++at;
      continue;
    }
    const char* from = at;
    while (at != end && *at != '"' && *at != '\\' &&
           static_cast<unsigned char>(*at) >= 0x20)
      ++at;
    append(from, at);
    if (at == end) return LexerStop::kMore;
    if (*at == '"') {
      ++at;
      return finished();
    }
    if (*at != '\\') return refuse("a control character in a string");
    state_ = State::kEscape;
    ++at;
  }
  return LexerStop::kMore;
}

bool StringLexer::escaped(char c) {
  if (c == 'u') {
    state_ = State::kHex;
    digits_ = 0;
    hex_ = 0;
    return true;
  }
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t which = kLetters.find(c);
  if (which == std::string_view::npos) return false;
  append(&kMeanings[which], &kMeanings[which] + 1);
  state_ = State::kPlain;
  return true;
}

bool StringLexer::hex_digit(char c) {
  std::uint32_t digit = 0;
  if (c >= '0' && c <= '9')
    digit = static_cast<std::uint32_t>(c - '0');
  else if (c >= 'a' && c <= 'f')
    digit = static_cast<std::uint32_t>(c - 'a' + 10);
  else if (c >= 'A' && c <= 'F')
    digit = static_cast<std::uint32_t>(c - 'A' + 10);
  else
    return false;
  hex_ = hex_ << 4 | digit;
  if (++digits_ < 4) return true;
  state_ = State::kPlain;
  if (is_low_surrogate(hex_) && high_surrogate_ != 0) {
    const std::uint32_t high = std::exchange(high_surrogate_, 0);
    append_code_point(0x10000 + ((high - 0xd800) << 10) + (hex_ - 0xdc00));
    return true;
  }
  unpaired_surrogate();
  if (is_high_surrogate(hex_))
    high_surrogate_ = hex_;
  else
    append_code_point(is_low_surrogate(hex_) ? kReplacement : hex_);
  return true;
}

void StringLexer::unpaired_surrogate() {
  if (high_surrogate_ == 0) return;
  high_surrogate_ = 0;
  append_code_point(kReplacement);
}

void StringLexer::append(const char* from, const char* to) {
  if (from == to) return;
  unpaired_surrogate();
  const auto bytes = static_cast<std::size_t>(to - from);
  const std::size_t room = keep_ - std::min(keep_, text_.size());
  text_.append(from, std::min(bytes, room));
  if (bytes > room) cut_ = true;
}

void StringLexer::append_code_point(std::uint32_t code) {
  char utf8[4];
  char* to = utf8;
  const auto put = [&to](std::uint32_t byte) {
    *to++ = static_cast<char>(byte);
  };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  append(utf8, to);
}

LexerStop StringLexer::finished() {
  unpaired_surrogate();
  if (keep_ == 0) {
    text_.clear();
    return LexerStop::kEnd;
  }
  if (cut_) {
    const auto top_bits = [this] {
      return static_cast<unsigned char>(text_.back()) & 0xc0;
    };
    while (!text_.empty() && top_bits() == 0x80) text_.pop_back();
    if (!text_.empty() && top_bits() == 0xc0) text_.pop_back();
    text_ += "…";
  }
  if (!simdjson::validate_utf8(text_))
    return refuse("a string that ends here is not UTF-8");
  return LexerStop::kEnd;
}

LexerStop ValueSkipper::run(const char*& at, const char* end) {
  for (; at != end; ++at) {
    const char c = *at;
    if (in_string_) {
      if (escape_)
        escape_ = false;
      else if (c == '\\')
        escape_ = true;
      else if (c == '"')
        in_string_ = false;
      continue;
    }
    if (c == '"') {
      in_string_ = true;
    } else if (c == '[' || c == '{') {
      if (++depth_ > kDeepest) {
        complaint_ = "lists in lists, deeper than is read";
        return LexerStop::kRefused;
      }
    } else if (depth_ == 0 && (c == ',' || c == '}')) {
      if (any_) return LexerStop::kEnd;
      complaint_ = "wanted a value";
      return LexerStop::kRefused;
    } else if (c == ']' || c == '}') {
      if (depth_ == 0) {
        complaint_ = "a bracket that was not opened";
        return LexerStop::kRefused;
      }
      --depth_;
    }
    if (!is_blank(c)) any_ = true;
  }
  return LexerStop::kMore;
}

}  // namespace tidemark
