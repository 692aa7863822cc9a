// Server-sent events: cuts the body of a text/event-stream into events.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::http {

// Bounded: what goes beyond kMaxEvent in one event is left out.
class EventStream {
 public:
  static constexpr std::size_t kMaxEvent = 1 << 20;

  // Reads from `bytes`, and takes off what was read, up to the end of an
  // event that has data. True if there is one: data() has it until the next
  // call.
  bool next(std::string_view& bytes);

  std::string_view data() const { return data_; }

 private:
  void end_line();

  std::string line_;  // the one that is not whole yet
  std::string data_;
  bool first_line_ = true;
  bool has_data_ = false;
  bool given_ = false;     // data_ was given out
  bool after_cr_ = false;  // a line feed now belongs to the last line
};

}  // namespace tidemark::http
