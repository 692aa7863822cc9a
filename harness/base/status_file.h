// The text of /proc/PID/status.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark {

// The first number of the line "KEY:\t…"; 0 if there is none.
std::uint64_t status_number(std::string_view text, std::string_view key,
                            int base = 10);

// By the texts of the two: whether a process has filters of system calls
// (seccomp) beyond those that we have, too: a container's are everybody's.
bool has_filters_of_its_own(std::string_view its, std::string_view ours);

}  // namespace tidemark
