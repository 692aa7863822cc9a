// Finds out what process_account.h wants to know about a process that runs.
// Nothing stops it: what it does meanwhile may be seen in part.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "harness/runtimes/native/block_table.h"
#include "harness/runtimes/native/process_account.h"
#include "harness/runtimes/native/segment_reader.h"
#include "tidemark/result.h"

namespace tidemark {

// Adds the process to the sum. `module_of` names who made a mapping.
// kEnvironment: the process is gone, or may not be looked into.
Status add_process_account(pid_t pid, const SegmentReader& segment,
                           const BlockTable& table, SizeClasses sizes,
                           const std::function<std::string(SiteId)>& module_of,
                           AccountSum& sum);

}  // namespace tidemark
