// Asks a service's allocator what it says of itself.
#pragma once

#include "harness/runtimes/native/segment_reader.h"
#include "harness/runtimes/native/size_classes.h"
#include "tidemark/clock.h"
#include "tidemark/memory_account.h"

namespace tidemark {

struct ToldFigures {
  std::optional<AllocatorFigures> figures;  // empty: no answer, or none told
  SizeClasses sizes = SizeClasses::exact();
};

// A process whose agent's thread does not run yet tells nothing.
ToldFigures ask_allocator(SegmentReader& segment, Clock& clock,
                          Duration timeout);

// Of several processes; what one of them does not tell is not known.
void add_figures(std::optional<AllocatorFigures>& sum,
                 const std::optional<AllocatorFigures>& more);

}  // namespace tidemark
