// What may stand in a file before anybody looks at what it says.
#pragma once

#include <string_view>

#include "harness/scenario/diagnostics.h"

namespace tidemark {

std::string_view without_byte_order_mark(std::string_view text);

// False, and one problem, if there is something that is not to be parsed.
bool check_characters(std::string_view text, Diagnostics& problems);

}  // namespace tidemark
