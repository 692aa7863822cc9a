// What tables are made of: records of runs, profiles, live processes.
#pragma once

#include <optional>
#include <string>

#include "harness/cli/commands.h"
#include "harness/profile/profile.h"
#include "tidemark/result.h"
#include "tidemark/run_record.h"

namespace tidemark {

// One of the two.
struct ProfileSource {
  std::string name;  // the file's, or "process 4711"
  std::optional<RunRecord> record;
  std::optional<Profile> profile;
};

// From a file, told by what is in it: a record as `tidemark run` keeps it,
// pprof's protobuf or a legacy heap profile, packed by gzip or not. kUsage: it
// is none of them. A URL is a page of a live service, as source_of_url().
Result<ProfileSource> source_of_file(const std::string& path);

// From a live service on this machine: http://HOST:PORT/debug/pprof/heap, or
// any other page of that folder that is a profile; the folder alone means its
// heap.
Result<ProfileSource> source_of_url(const std::string& url);

// Of a process, and its children, that runs under the agent.
Result<ProfileSource> source_of_process(int pid);

// A record's as allocation_profile() makes it; all with names.
Profile profile_of(const ProfileSource& source);

// `profile` without what `base` has, of which the one may be a record and the
// other no record: if then no sample type has one name in both, the one that
// each would show, as far as both are in the same unit.
Result<Profile> difference_of(const ProfileSource& source,
                              const ProfileSource& base,
                              const ProfileOptions& options);

// The table that is wanted of it.
Result<std::string> profile_table(Profile profile, HoldingsTable table,
                                  const ProfileOptions& options);

}  // namespace tidemark
