// Names of scenarios and of their files. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tidemark/hunt.h"

namespace tidemark {

// Of the command's program: its last part, in the letters of a file's name.
std::string service_name(const std::vector<std::string>& command);

// "chat-reset", "chat-bad_utf8-death", "chat-connection-2": what no name in
// `taken` is; it is taken from then on.
std::string finding_name(const std::string& service, const HuntFinding& finding,
                         std::set<std::string>& taken);

}  // namespace tidemark
