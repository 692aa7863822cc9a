// Which processes are Node's, by the program they run.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace tidemark::v8 {

// The file name of its program, which may have been replaced since; empty if it
// has ended or may not be looked at.
std::string program_of(pid_t pid);

// "node", "nodejs", "node_g", "node-18", "node20"; not "node_exporter".
bool is_node(std::string_view program);

}  // namespace tidemark::v8
