// Linked into the subject: allocates before main and before most
// constructors, and its own operator new is used by one library only.
#include <stdlib.h>

#include "tests/agent/subject.h"

namespace {
__attribute__((constructor(101))) void early() { keep(malloc(kMark(900))); }
}  // namespace
