// Small sums for the record.
#pragma once

#include <vector>

#include "tidemark/probe.h"
#include "tidemark/run_record.h"

namespace tidemark {

// The sites with the most live bytes.
std::vector<LastHeld> largest_holders(const HeapSnapshot& heap,
                                      std::size_t at_most);

// Most bytes first: those that have 99 % of the bytes together, a few dozen at
// most.
std::vector<LastHeld> largest_of(std::vector<LastHeld> all);

// Puts a site's frames into the record unless they are there.
void describe_once(RunRecord& record, SiteId site, HeapProbe& probe);

// Fills in record.ever_allocated and the sites that it names.
void note_ever_allocated(RunRecord& record, HeapProbe& probe);

// What the heap holds more with `connections` open than at rest before, by
// site, the largest few dozen: more than a record keeps, as several may be one
// place. `place` is left empty.
OpenMemory open_memory(const HeapSnapshot& rest, const HeapSnapshot& open,
                       Count connections);

// The one with the middle number of bytes; of two in the middle, the smaller.
// REQUIRES: not empty.
OpenMemory middle_of(std::vector<OpenMemory> memories);

// The same with `place` filled in and sites of one place added up: those that
// have 99 % of the bytes together, and a few more where there are few.
OpenMemory by_place(OpenMemory memory, HeapProbe& probe);

// "function (file.cc:42)" of the innermost frame that is no library's.
std::string site_in_words(const SiteRecord& site);

}  // namespace tidemark
