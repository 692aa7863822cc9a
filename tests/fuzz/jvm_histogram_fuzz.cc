// A JVM's table of classes, as hostile text.
#include <cstdlib>

#include "harness/runtimes/jvm/class_histogram.h"
#include "harness/runtimes/jvm/look.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<jvm::ClassHistogram> classes = jvm::parse_class_histogram(text);
  if (!classes) return 0;
  Count objects;
  Bytes bytes;
  for (const jvm::ClassCount& count : classes->classes) {
    if (count.name.empty() || count.objects.value < 0) abort();
    objects += count.objects;
    bytes += count.bytes;
  }
  if (objects != classes->objects || bytes != classes->bytes) abort();
  ManagedSites sites;
  const jvm::Look look{*classes, {}, {{2}, {100}}};
  for (const Level& level : levels_of(look, sites))
    if (level.objects.value < 0 || level.bytes.value < 0) abort();
  return 0;
}
