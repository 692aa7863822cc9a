#include "drivers/http/message_reader.h"

#include <algorithm>
#include <cstring>

namespace tidemark::http {
namespace {

constexpr std::string_view kReplyBegin = "HTTP/1.";
// `HTTP/1.1 200`
constexpr std::size_t kStatusEnd = 12;

}  // namespace

std::string describe(const ErrorCode& error) { return error.message(); }

std::size_t find_head_end(std::string_view bytes, std::uint32_t& line,
                          ErrorCode& error) {
  while (true) {
    const void* found =
        std::memchr(bytes.data() + line, '\n', bytes.size() - line);
    if (found == nullptr) return 0;
    const std::size_t at = static_cast<std::size_t>(
        static_cast<const char*>(found) - bytes.data());
    if (at == line || bytes[at - 1] != '\r') {
      error = boost::beast::http::error::bad_line_ending;
      return 0;
    }
    const bool empty = at == line + 1;
    line = static_cast<std::uint32_t>(at + 1);
    if (empty) return at + 1;
  }
}

bool can_be_reply(std::string_view begin) {
  const std::size_t known = std::min(begin.size(), kReplyBegin.size());
  return begin.substr(0, known) == kReplyBegin.substr(0, known);
}

bool can_be_request(std::string_view begin) {
  return begin.empty() || (begin[0] > 0x20 && begin[0] < 0x7f);
}

std::string with_blank_reason(std::string_view head) {
  if (head.size() <= kStatusEnd || head[kStatusEnd] != '\r') return {};
  std::string mended(head);
  mended.insert(kStatusEnd, 1, ' ');
  return mended;
}

}  // namespace tidemark::http
