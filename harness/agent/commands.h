// The agent's own thread: it sleeps until the harness asks for something.
#pragma once

namespace tidemark::agent {

// Starts it if the harness wants one and this process has none. A failure is
// noted in the header's flags and nothing else happens.
void start_agent_thread_if_wanted();

// In a fork's child, where the thread is missing.
void forget_agent_thread();

// Asks it to end and waits until it has. For the agent that attaches itself.
void end_agent_thread();

// Gives back to the kernel what the agent has mapped. REQUIRES: no hook and
// no thread of the agent will run.
void unmap_everything();

}  // namespace tidemark::agent
