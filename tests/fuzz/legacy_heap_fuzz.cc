// A heap profile as text that somebody else wrote.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/profile/flat_cum.h"
#include "harness/profile/frames.h"
#include "harness/profile/legacy_heap.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Profile> profile = read_legacy_heap(text);
  if (!profile) return 0;
  if (!looks_like_legacy_heap(text)) std::abort();
  for (const ProfileLocation& location : profile->locations)
    if (location.mapping && *location.mapping >= profile->mappings.size())
      std::abort();
  for (const ProfileSample& sample : profile->samples) {
    if (sample.values.size() != profile->types.size()) std::abort();
    for (const std::size_t at : sample.stack)
      if (at >= profile->locations.size()) std::abort();
  }
  for (std::size_t value = 0; value < profile->types.size(); ++value)
    (void)flat_cum(without_dropped_frames(*profile), {value});
  return 0;
}
