// A service that runs already: looked at, and left as it was found. It is not
// started, not stopped, and its output is its own.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "tidemark/target.h"

namespace tidemark {

struct AttachOptions {
  pid_t pid = 0;
  // libtidemark_attached.so; empty: the service is looked at from outside.
  std::string library;
  std::string words;  // its options, see agent::kOptionsVariable
};

// start() checks what the machine allows and lets the agent into the process
// and all its descendants; stop() takes it out again, also out of those that
// were forked meanwhile. Destruction does so, too. A descendant that cannot
// be attached to is left alone: the probe says that it cannot be seen.
std::unique_ptr<Target> make_attached_target(AttachOptions options);

}  // namespace tidemark
