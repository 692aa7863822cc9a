// A few words for what a service said to a provocation.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::websocket {

// "HTTP 400", "close 1007 \"bad utf8\"", "HTTP 101, then close 1002", "text
// 5 B"; "" if `bytes`, the first of an answer, say nothing. Printable ASCII,
// and short, whatever the service sent.
std::string describe_answer(std::string_view bytes);

}  // namespace tidemark::websocket
