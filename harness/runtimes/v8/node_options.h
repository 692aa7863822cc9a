// What a Node process is started with so that its inspector listens. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::v8 {

inline constexpr char kNodeOptions[] = "NODE_OPTIONS";

// The variable's value with an inspector on any free port of loopback added;
// one that asks for an inspector already is left as it is.
std::string with_inspector(std::string_view options);

}  // namespace tidemark::v8
