// Node processes whose inspector has a port of its own that was taken.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemark::v8 {

// The port on which a process's inspector is to listen, if its parent chose
// it: node:cluster gives each worker the one after its own, whoever has that by
// now. A worker that cannot have it runs without an inspector. The command line
// is that of command_line_of().
std::optional<std::uint16_t> inspector_port(std::string_view command_line);

// Has it try again, by the signal that Node keeps for this. False: it does not
// catch the signal, which would end it, and was not sent it.
bool begin_inspector(pid_t pid);

}  // namespace tidemark::v8
