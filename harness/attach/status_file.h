// The text of /proc/PID/status.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark::attach {

// The first number of the line "KEY:\t…"; 0 if there is none.
std::uint64_t status_number(std::string_view text, std::string_view key,
                            int base = 10);

}  // namespace tidemark::attach
