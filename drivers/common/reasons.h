// Why connections ended badly, told in few words: counted by text, and the
// number of different texts is bounded, because a service can invent more.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "tidemark/units.h"

namespace tidemark {

inline constexpr std::size_t kMaxReasons = 8;
inline constexpr std::string_view kOtherReasons = "other";

// Adds one to `reason`, or to "other" once kMaxReasons texts are known. Long
// texts are cut, and what is not printable ASCII is shown as `?`.
void count_reason(std::map<std::string, Count>& reasons,
                  std::string_view reason);

}  // namespace tidemark
