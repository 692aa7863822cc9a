// Small sums for the record.
#pragma once

#include "tidemark/probe.h"
#include "tidemark/run_record.h"

namespace tidemark {

// The sites with the most live bytes.
std::vector<LastHeld> largest_holders(const HeapSnapshot& heap,
                                      std::size_t at_most);

// Puts a site's frames into the record unless they are there.
void describe_once(RunRecord& record, SiteId site, HeapProbe& probe);

// What the heap holds more with `connections` open than at rest before, by
// site, the largest few dozen: more than a record keeps, as several may be one
// place. `place` is left empty.
OpenMemory open_memory(const HeapSnapshot& rest, const HeapSnapshot& open,
                       Count connections);

// The same with `place` filled in, sites of one place added up, and no more of
// them than `at_most`.
OpenMemory by_place(OpenMemory memory, HeapProbe& probe, std::size_t at_most);

// "function (file.cc:42)" of the innermost frame that is no library's.
std::string site_in_words(const SiteRecord& site);

}  // namespace tidemark
