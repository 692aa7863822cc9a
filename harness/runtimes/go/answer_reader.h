// The answer to one HTTP request, from bytes as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark::go {

struct Answer {
  int status = 0;
  std::string location;  // of a redirect
  std::string body;
};

// Reads one answer of HTTP/1.0 or 1.1, with its length told, in chunks, or up
// to the end of the connection.
class AnswerReader {
 public:
  // Bodies of more than `most` bytes are refused before they are read, and so
  // is twice as much of anything.
  explicit AnswerReader(std::size_t most);
  ~AnswerReader();
  AnswerReader(AnswerReader&&) noexcept;

  // More bytes. kEnvironment, in few words: it is no such answer.
  Status put(std::string_view bytes);
  // The connection ends here. kEnvironment: in the middle of the answer.
  Status end();

  bool is_done() const;
  // Of the body, so far.
  std::size_t received() const;
  // REQUIRES: is_done().
  Answer take();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tidemark::go
