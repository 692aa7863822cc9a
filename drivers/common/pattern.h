// Regular expressions for bytes of a service that may be hostile: time grows
// with the text, never faster, and the stack does not grow at all. (libstdc++
// std::regex overflows the stack on texts of some ten thousand bytes, and
// takes exponential time for patterns like (a+)+b.)
//
// ECMAScript's grammar: . [a-z] [^a-z] [[:alpha:]] \d \w \s \D \W \S \b \B
// ^ $ ( ) (?: ) | * + ? {2} {2,} {2,5} and the lazy *? +? ?? {}?, \n \r \t
// \f \v \0 \xHH. No back references and no look-around: with those the time
// could not be bounded. Bytes, not letters: `.` is one byte; a letter of
// UTF-8 outside of [] is one piece, so that ä+ is what one expects.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

using ByteSet = std::bitset<256>;

enum class PatternOp : std::uint8_t {
  kSet,    // one byte of set `first`
  kSplit,  // goes on at both, `first` preferred
  kJump,
  kSave,  // keeps the position in slot `first`
  kBegin,
  kEnd,
  kWordEdge,
  kNoWordEdge,
  kMatch,
};

// Targets are relative to the step itself, so that a piece can be copied.
struct PatternStep {
  PatternOp op = PatternOp::kMatch;
  std::int32_t first = 0;
  std::int32_t second = 0;
};

struct ParsedPattern {
  std::vector<PatternStep> steps;  // the last one is kMatch
  std::vector<ByteSet> sets;
  bool grouped = false;  // slots 2 and 3 are those of the first group
};

// What Pattern::parse() begins with.
Result<ParsedPattern> parse_pattern(std::string_view text);

class Pattern {
 public:
  // kUsage: what is wrong, and where in the pattern.
  static Result<Pattern> parse(std::string_view text);

  // The leftmost match in `text`: its first group, if the pattern has one,
  // else all of it. A group that took no part is nothing.
  std::optional<std::string_view> find(std::string_view text) const;

 private:
  ParsedPattern parsed_;
  ByteSet starts_;         // what a match can begin with
  bool anywhere_ = false;  // a match may be empty or begin with a condition
};

}  // namespace tidemark
