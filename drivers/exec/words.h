// The words of a command. Pure.
#pragma once

#include <string>
#include <vector>

#include "tidemark/units.h"

namespace tidemark::exec {

// Each `{{ connections }}` becomes the number; the blanks may be missing.
// Anything else in braces is the program's own and stays.
std::vector<std::string> with_connections(std::vector<std::string> command,
                                          Count connections);

// As a shell takes it: words are quoted where that is needed.
std::string command_line(const std::vector<std::string>& command);

}  // namespace tidemark::exec
