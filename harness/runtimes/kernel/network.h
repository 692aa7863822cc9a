// Which network namespace a process is in.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tidemark::kernel {

// As the kernel names it, "net:[4026531840]". Ours when the process may not
// be looked into, or is gone: the best guess.
std::string network_of(pid_t pid);
std::string own_network();

// The first process of each namespace that some of them are in.
std::vector<pid_t> one_per_network(const std::vector<pid_t>& processes);

}  // namespace tidemark::kernel
