// A run's record for `go tool pprof` and whatever else reads its format.
#pragma once

#include <memory>

#include "tidemark/reporter.h"

namespace tidemark {

// Who allocated what stayed and what is live, and what roots retain: see
// allocation_profile() in record_profile.h. Not text: the whole of a .pb.gz
// file.
std::unique_ptr<Reporter> make_pprof_reporter();

// Who holds it: holder_profile() there.
std::unique_ptr<Reporter> make_pprof_holders_reporter();

}  // namespace tidemark
