// Foreign bytes as people read them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::tcp {

inline constexpr std::size_t kMaxQuoted = 40;

// `"220 ready\r\n"`: printable ASCII, at most kMaxQuoted characters with its
// quotes; `"the first of them"...` if there are more. "" for no bytes.
std::string quoted(std::string_view bytes);

}  // namespace tidemark::tcp
