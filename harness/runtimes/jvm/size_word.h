// Sizes as the JVM writes them.
#pragma once

#include <optional>
#include <string_view>

#include "tidemark/units.h"

namespace tidemark::jvm {

// "10240K", "69715KB", "64M", "2G", "2GB", "512B", "512". Empty for anything
// else, and for more than a machine has.
std::optional<Bytes> parse_size_word(std::string_view word);

}  // namespace tidemark::jvm
