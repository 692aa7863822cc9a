// What a hunt's findings are called. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "tidemark/hunt.h"

namespace tidemark {

// "104 B in 1 block", "1 socket", "died: it was killed by signal 11".
std::string hunt_what(const HuntFinding& finding);

// "reset close", or the ways that bring it about.
std::string hunt_per(const HuntFinding& finding);

// "reset, fin and 3 more": names, the first few of them.
std::string some_of(const std::vector<std::string>& names);

// "chat_join (chat.cc:39)"; empty where memory is not what was found.
std::string hunt_place(const HuntFinding& finding);

// "room (chat.cc), a global"; empty if nobody was asked.
std::string hunt_holder(const HuntFinding& finding);

}  // namespace tidemark
