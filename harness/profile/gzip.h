// The format of RFC 1952.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark {

// Without a name or a time: same bytes in, same bytes out.
std::string gzipped(std::string_view bytes);

// Whether it begins as such a file does.
bool looks_gzipped(std::string_view bytes);

// What was packed, all members of the file one after the other. kUsage: it is
// damaged, cut off, or more than `most` bytes; no more than that is unpacked.
Result<std::string> gunzipped(std::string_view packed, std::size_t most);

}  // namespace tidemark
