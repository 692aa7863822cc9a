// The three things that a heap snapshot's JSON is made of — lists of whole
// numbers, strings, and what is not wanted — read as they come, in pieces that
// end anywhere. No tree is made: there are a hundred million numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

enum class LexerStop {
  kMore,     // the piece is used up
  kEnd,      // what was read is complete; `at` is behind it
  kOpen,     // NumberList: a list begins in the list; `at` is behind its `[`
  kRefused,  // not JSON, or not what was wanted; `at` is where
};

// The inside of a list of numbers. A whole number of at most 2^53 is taken,
// what JSON can say exactly.
class NumberList {
 public:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 53;

  // `take` is given each number, and says whether it likes it.
  template <class Take>
  LexerStop run(const char*& at, const char* end, Take&& take);

  // A list in the list has ended: what follows is as after a number.
  void after_list() { state_ = State::kAfter; }

  // Why it was refused; empty: `take` did not like a number.
  std::string_view complaint() const { return complaint_; }

 private:
  enum class State : std::uint8_t { kFirst, kNext, kDigits, kAfter };

  LexerStop punctuation(const char*& at);

  State state_ = State::kFirst;
  std::uint64_t value_ = 0;
  std::string_view complaint_;
};

// The rest of a string whose opening quote was read, unescaped. Half a
// surrogate pair, which JavaScript's strings may have, becomes U+FFFD.
class StringLexer {
 public:
  // keep: how many bytes of it are wanted; more are cut off, with "…".
  void begin(std::size_t keep);

  LexerStop run(const char*& at, const char* end);

  // After kEnd.
  std::string_view text() const { return text_; }
  std::string_view complaint() const { return complaint_; }

 private:
  enum class State : std::uint8_t { kPlain, kEscape, kHex };

  LexerStop refuse(std::string_view why);
  LexerStop finished();
  bool escaped(char c);
  bool hex_digit(char c);
  void append(const char* from, const char* to);
  void append_code_point(std::uint32_t code);
  void unpaired_surrogate();

  State state_ = State::kPlain;
  std::size_t keep_ = 0;
  bool cut_ = false;
  int digits_ = 0;
  std::uint32_t hex_ = 0;
  std::uint32_t high_surrogate_ = 0;  // that waits for its other half
  std::string text_;
  std::string_view complaint_;
};

// Any value. Brackets are counted, not matched; what is in it is not checked.
class ValueSkipper {
 public:
  static constexpr std::size_t kDeepest = 512;

  void begin() { *this = {}; }
  LexerStop run(const char*& at, const char* end);
  std::string_view complaint() const { return complaint_; }

 private:
  bool in_string_ = false;
  bool escape_ = false;
  bool any_ = false;
  std::size_t depth_ = 0;
  std::string_view complaint_;
};

template <class Take>
LexerStop NumberList::run(const char*& at, const char* end, Take&& take) {
  while (at != end) {
    const auto digit = static_cast<unsigned>(*at) - unsigned{'0'};
    if (digit <= 9) {
      if (state_ == State::kAfter) {
        complaint_ = "wanted `,` or `]` after a number";
        return LexerStop::kRefused;
      }
      // The hot loop: the value lives in a register.
      std::uint64_t value = state_ == State::kDigits ? value_ : 0;
      unsigned next = digit;
      do {
        value = value * 10 + next;
        if (value > kMost) {
          complaint_ = "the number is larger than 2^53";
          return LexerStop::kRefused;
        }
        if (++at == end) {
          value_ = value;
          state_ = State::kDigits;
          return LexerStop::kMore;
        }
        next = static_cast<unsigned>(*at) - unsigned{'0'};
      } while (next <= 9);
      state_ = State::kAfter;
      if (!take(value)) return LexerStop::kRefused;
      continue;
    }
    if (state_ == State::kDigits) {
      state_ = State::kAfter;
      if (!take(value_)) return LexerStop::kRefused;
      continue;
    }
    if (*at == ',' && state_ == State::kAfter) {
      state_ = State::kNext;
      ++at;
      continue;
    }
    const LexerStop stop = punctuation(at);
    if (stop != LexerStop::kMore) return stop;
  }
  return LexerStop::kMore;
}

}  // namespace tidemark
