// Commands as a service reads them: RESP arrays of bulk strings, or lines of
// text (inline commands). No socket, no clock. Private to this folder.
//
//   *2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n      or      ECHO "hi"\r\n
//
// Clients are hostile: whole commands, their words and their lines are
// limited, and the first violation is the last thing that a reader says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::redis {

// Everything in a command, on the wire.
inline constexpr std::size_t kMaxCommand = 16 << 20;
inline constexpr std::int64_t kMaxCommandWords = 1 << 16;
// Of an inline command, a count, a length; Redis' own.
inline constexpr std::size_t kMaxCommandLine = 64 << 10;

using Words = std::vector<std::string>;

class CommandReader {
 public:
  enum class Kind : std::uint8_t { kMore, kCommand, kBroken };

  // Takes bytes from the front of `input` until a command is complete, which
  // is then taken from words(). However the bytes are split, the commands
  // are the same.
  Kind next(std::string_view& input);

  // REQUIRES: next() said kCommand. Never empty.
  Words take_words();

  // After kBroken: what Redis says to it; "" if it says nothing (HTTP).
  const std::string& trouble() const { return trouble_; }

 private:
  bool take_line(std::string_view& input, std::string& line);
  void take_word(std::string_view& input);
  void on_line(std::string_view line);
  void on_inline(std::string_view line);
  void on_count(std::string_view digits);
  void on_length(std::string_view line);
  void broken(std::string_view why);

  Words words_;
  std::string line_;     // the beginning of a line that was cut
  std::string trouble_;  // as Redis words it
  std::size_t total_ = 0;
  std::int64_t left_ = 0;      // words to come
  std::int64_t missing_ = -1;  // bytes of the word, line end included; -1: none
  bool complete_ = false;
  bool broken_ = false;
};

// Splits an inline command at blanks; "…" may have escapes, '…' may not.
// False if a quote is not closed.
bool split_inline(std::string_view line, Words& words);

}  // namespace tidemark::redis
