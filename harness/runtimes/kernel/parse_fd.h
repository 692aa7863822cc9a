// What a link in /proc/PID/fd says about a descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tidemark/kernel_sample.h"

namespace tidemark::kernel {

// Counts the descriptor under its kind; the agent's own is not counted.
void count_fd(std::string_view link, FdCounts& counts);

// The number in "socket:[12345]"; empty for anything else.
std::optional<std::uint64_t> socket_inode(std::string_view link);

}  // namespace tidemark::kernel
