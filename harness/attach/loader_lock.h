// What a thread of the service waits for inside of the dynamic loader.
#pragma once

#include <sys/types.h>
#include <sys/user.h>

namespace tidemark::attach {

// Whether the thread, which is stopped with these registers, waits for a lock
// of the loader's and holds none itself: then it can be taken out of there
// without harm.
bool only_waits_for_loader(pid_t tid, const user_regs_struct& regs);

}  // namespace tidemark::attach
