// Any bytes at all as a suppression file: never a crash, every rule that comes
// back is about something and has a bound, and errors have a place.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/scenario/suppressions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size > 1 << 20) return 0;  // refused by size, without a place
  const auto rules = tidemark::load_suppressions(
      "fuzz.yaml", {reinterpret_cast<const char*>(data), size});
  if (!rules) {
    if (!rules.error().message.starts_with("fuzz.yaml:")) std::abort();
    return 0;
  }
  for (const tidemark::SuppressionRule& rule : *rules) {
    if (rule.fingerprint.empty() && rule.frames.empty()) std::abort();
    if (!rule.per_connection && !rule.per_second) std::abort();
    for (const auto& bound : {rule.per_connection, rule.per_second})
      if (bound && !(bound->bytes >= 0 && bound->objects >= 0)) std::abort();
    if (rule.applies && rule.applies->version.empty()) std::abort();
  }
  return 0;
}
