// How many objects of each class there were at the baseline and at the end:
// what people compare heap histograms for.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/run_record.h"
#include "tidemark/verdict.h"

namespace tidemark {

// Of sites that are classes; a class that is not there has none.
std::map<SiteId, Count> count_classes(const HeapSnapshot& heap);

// Adds "; UserSession 1,024 → 8,192, byte[] 4,100 → 11,268 objects" to the
// explanation of each finding that stays, of the classes that take part; the
// first five.
void tell_class_counts(std::vector<Finding>& findings,
                       const std::map<SiteId, Count>& before,
                       const std::map<SiteId, Count>& after,
                       std::span<const SiteRecord> sites);

}  // namespace tidemark
