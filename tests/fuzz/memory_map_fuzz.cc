// What /proc tells of a process's memory and threads, as hostile text.
#include <cstdlib>

#include "harness/attach/target_module.h"
#include "harness/base/status_file.h"
#include "harness/runtimes/native/memory_map.h"
#include "harness/runtimes/native/thread_position.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<Mapping> map = parse_memory_map(text);
  std::vector<MemoryRange> ranges;
  for (const Mapping& mapping : map) {
    if (mapping.range.from >= mapping.range.to) abort();
    ranges.push_back(mapping.range);
  }
  ranges = united(std::move(ranges));
  for (const Mapping& mapping : map)
    if (!without(mapping.range, ranges).empty()) abort();
  ThreadPosition position = parse_thread_syscall(text);
  if (!position.stack_pointer && !position.arguments.empty()) abort();
  if (has_filters_of_its_own(text, text)) abort();
  status_number(text, "SigBlk", 16);
  for (const attach::TargetModule& module : attach::parse_modules(text))
    if (module.path.empty() || module.code_begin >= module.code_end) abort();
  return 0;
}
