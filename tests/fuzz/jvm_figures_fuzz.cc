// A JVM's other answers, each as each other's hostile text.
#include <cstdlib>

#include "harness/runtimes/jvm/class_name.h"
#include "harness/runtimes/jvm/heap_info.h"
#include "harness/runtimes/jvm/jcmd.h"
#include "harness/runtimes/jvm/native_memory.h"
#include "harness/runtimes/jvm/string_table.h"
#include "harness/runtimes/jvm/version.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark::jvm;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const HeapInfo heap = parse_heap_info(text);
  if (heap.used.value < 0 || heap.committed.value < 0) abort();
  for (const auto& [from, to] : heap.ranges)
    if (from >= to) abort();
  const NativeMemory native = parse_native_memory(text);
  for (const NativeCategory& category : native.categories)
    if (category.committed > native.categories.front().committed) abort();
  if (const auto strings = parse_string_table(text))
    if (strings->strings.value < 0 || strings->bytes.value < 0) abort();
  static_cast<void>(parse_version(text));
  static_cast<void>(jcmd_answer("GC.run", std::string(text), true));
  const std::string name = readable_class(text.substr(0, 300));
  static_cast<void>(is_library_class(name, text.substr(0, 20)));
  return 0;
}
