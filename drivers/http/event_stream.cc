#include "drivers/http/event_stream.h"

#include <algorithm>

namespace tidemark::http {
namespace {

// Streams are many and quiet: what one large event needed is given back.
constexpr std::size_t kKeep = 128;

void forget(std::string& text) {
  if (text.capacity() > kKeep) std::string().swap(text);
  text.clear();
}

void append_some(std::string& text, std::string_view more) {
  const std::size_t room =
      EventStream::kMaxEvent - std::min(text.size(), EventStream::kMaxEvent);
  text += more.substr(0, room);
}

}  // namespace

bool EventStream::next(std::string_view& bytes) {
  if (given_) {
    forget(data_);
    has_data_ = given_ = false;
  }
  while (!bytes.empty()) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = bytes.find_first_of("\r\n");
    append_some(line_, bytes.substr(0, end));
    if (end == std::string_view::npos) {
      bytes = {};
      return false;
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty() && has_data_) {
      given_ = true;
      return true;
    }
    end_line();
  }
  return false;
}

void EventStream::end_line() {
  std::string_view line = line_;
  // Of the stream, not of its first field.
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (first_line_ && line.starts_with(kByteOrderMark))
    line.remove_prefix(kByteOrderMark.size());
  first_line_ = false;
  constexpr std::string_view kData = "data";
  if (line.starts_with(kData) &&
      (line.size() == kData.size() || line[kData.size()] == ':')) {
    line.remove_prefix(std::min(line.size(), kData.size() + 1));
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (has_data_) append_some(data_, "\n");
    append_some(data_, line);
    has_data_ = true;
  }
  forget(line_);
}

}  // namespace tidemark::http
