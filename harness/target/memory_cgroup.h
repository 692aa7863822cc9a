// A cgroup of the service's own, in which its memory has a limit.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/target.h"

namespace tidemark {

enum class CgroupVersion { kV1, kV2 };

// A folder in which one may perhaps be made.
struct CgroupPlace {
  CgroupVersion version = CgroupVersion::kV2;
  std::string folder;

  bool operator==(const CgroupPlace&) const = default;
};

// The cgroup that the reader of these two texts is in, and those above it, the
// nearest first; of version 1 before 2, since a controller is in one of them
// only. The texts of /proc/self/mountinfo and /proc/self/cgroup. Pure.
std::vector<CgroupPlace> cgroup_places(std::string_view mountinfo,
                                       std::string_view own_cgroups);

// What of `usage` the kernel cannot simply drop: without the files' pages that
// nobody has used for a while, as container managers count it. `statistics`:
// the text of memory.stat. Pure.
Bytes working_set(Bytes usage, std::string_view statistics);

class MemoryCgroup {
 public:
  virtual ~MemoryCgroup() = default;

  // A process that writes "0" to it is in the cgroup.
  virtual std::string procs_file() const = 0;

  virtual MemoryUse use() const = 0;

  // On top of the limit: what is not the service's own.
  virtual void allow_beside(Bytes more) = 0;
};

// Swap is not given beside it, where the kernel lets one say so. At destruction
// the cgroup is removed; REQUIRES: no process is in it any more. kEnvironment:
// which places were tried, and why it was not to be.
Result<std::unique_ptr<MemoryCgroup>> make_memory_cgroup(
    Bytes limit, const std::vector<CgroupPlace>& places);

// The same at the places of this process.
Result<std::unique_ptr<MemoryCgroup>> make_memory_cgroup(Bytes limit);

}  // namespace tidemark
