// Private to this folder.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// In the format of RFC 1952, without a name or a time: same bytes in, same
// bytes out.
std::string gzipped(std::string_view bytes);

}  // namespace tidemark
