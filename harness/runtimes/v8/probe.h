// The heaps of a service of Node processes, seen through their inspectors:
// objects by class, each with the cycle of its birth.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tidemark/clock.h"
#include "tidemark/probe.h"

namespace tidemark {

struct V8ProbeOptions {
  // The TCP ports on which a process listens, in the order in which it began
  // to: the inspector's is the first where it was there from the start.
  std::function<std::vector<std::uint16_t>(pid_t)> ports_of;
  // Whether the user wants to stop. Empty: never.
  std::function<bool()> cancelled;
};

// The clock must outlive it. Everything runs in the thread that calls. Each
// look at the heap stops the service while V8 writes it.
std::unique_ptr<HeapProbe> make_v8_probe(V8ProbeOptions options, Clock& clock);

}  // namespace tidemark
