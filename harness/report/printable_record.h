// A record made of text that is safe to show. Private to this folder.
#pragma once

#include "tidemark/run_record.h"

namespace tidemark {

// The same record with every text printable() (see text.h). Names, paths and
// output come from the service and from files: a reporter shows nothing else.
RunRecord printable_record(RunRecord record);

}  // namespace tidemark
