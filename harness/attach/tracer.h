// ptrace(2) ties a traced thread to the thread that traces it, and only a
// stopped one can be let go. A thread of the service may take as long as it
// likes to stop (it sleeps in the kernel): so all tracing is done in a thread
// of our own, with whose end the kernel itself lets go of everything.
#pragma once

#include <sys/types.h>

#include <functional>

#include "tidemark/result.h"

namespace tidemark::attach {

// Runs `work` in a thread of its own, and waits for it.
Status as_tracer(const std::function<Status()>& work);

// A thread that was asked to stop and did not yet. To be told, and asked, by
// the tracer alone.
void note_late(pid_t tid);
bool is_late(pid_t tid);
void forget_late(pid_t tid);
// Lets go of those that have stopped by now. To be called wherever the tracer
// waits: what they hold may be what it waits for.
void release_late();

}  // namespace tidemark::attach
