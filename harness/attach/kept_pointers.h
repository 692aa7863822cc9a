// Addresses of the agent's functions that a service has taken while its calls
// were redirected: `&free` is read from the same table as the calls go
// through. The library must not go while there is one.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/attach/target_module.h"
#include "tidemark/result.h"

namespace tidemark::attach {

// Stops every thread of the process for as long as it looks: through all
// registers, what is live of the stacks, and all memory that was written to.
// In words where one is, or that a thread is inside of the library; nothing if
// there is none.
// REQUIRES: nobody can take one any more. Within as_tracer().
Result<std::optional<std::string>> find_kept_pointer(
    pid_t pid, const std::vector<std::uint64_t>& functions,
    const TargetModule& library);

}  // namespace tidemark::attach
