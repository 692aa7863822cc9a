// Node processes whose inspector has a port of its own that was taken.
#pragma once

#include <sys/types.h>

namespace tidemark::v8 {

// Whether its inspector is to listen on a port that its parent chose:
// node:cluster gives each worker the one after its own, whoever has that by
// now. A worker that cannot have it runs without an inspector.
bool has_inspector_port(pid_t pid);

// Has it try again, by the signal that Node keeps for this. False: it does not
// catch the signal, which would end it, and was not sent it.
bool begin_inspector(pid_t pid);

}  // namespace tidemark::v8
