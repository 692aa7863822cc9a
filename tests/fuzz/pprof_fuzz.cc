// A profile that somebody else wrote, packed or not: read, written again,
// subtracted from itself, and shown in every form.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/profile/combine.h"
#include "harness/profile/frames.h"
#include "harness/profile/gzip.h"
#include "harness/profile/read_pprof.h"
#include "harness/profile/read_profile.h"
#include "harness/profile/write_pprof.h"
#include "harness/report/profile_text.h"

namespace {

using namespace tidemark;

Profile read_back(const Profile& profile) {
  const Result<std::string> bytes =
      gunzipped(write_pprof(profile), std::size_t{1} << 30);
  if (!bytes) std::abort();
  Result<Profile> back = read_pprof(*bytes);
  if (!back) std::abort();
  return *std::move(back);
}

void show(const Profile& profile) {
  for (std::size_t value = 0; value < profile.types.size(); ++value) {
    ProfileQuestion question;
    question.value = value;
    question.total = total_of(profile, value);
    question.most_rows = 3;
    question.pattern = "a";
    (void)profile_top(profile, question);
    (void)profile_tree(profile, question);
    (void)profile_list(profile, question, [](const std::string&) {
      return std::vector<std::string>(20, "source");
    });
  }
}

void use(const Profile& profile) {
  // What is lost in writing is lost once.
  const Profile written = read_back(profile);
  if (read_back(written) != written) std::abort();
  show(profile);
  show(without_dropped_frames(profile));
  (void)focused(profile, "main", "std::");
  const Result<Profile> nothing =
      difference(profile, profile, Against::kSubtracted, false);
  if (!nothing) {
    if (!profile.types.empty()) std::abort();
    return;
  }
  if (!nothing->samples.empty()) std::abort();
  const Result<Profile> both =
      difference(profile, profile, Against::kCompared, true);
  if (both) show(*both);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const Result<Profile> profile = read_pprof(bytes); profile) use(*profile);
  if (const Result<Profile> profile = read_profile(bytes); profile)
    use(*profile);
  return 0;
}
