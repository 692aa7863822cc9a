// What /proc tells of a process's mappings, as hostile text, and the account
// that is made of it.
#include <cstdlib>

#include "harness/runtimes/native/process_account.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  ProcessMemory memory;
  memory.mapped = parse_smaps(text);
  std::vector<LiveBlock> blocks;
  for (const MappedMemory& mapped : memory.mapped) {
    const MemoryRange& range = mapped.mapping.range;
    if (range.from >= range.to || mapped.pss.value < 0) abort();
    memory.owners.push_back({range, Owner::kStack, ""});
    if (range.from > (blocks.empty() ? 0 : blocks.back().address))
      blocks.push_back({range.from, 100, 1, {}});
  }
  // Half of them have an owner.
  memory.owners.resize(memory.owners.size() / 2);
  memory.blocks = blocks;
  memory.sizes = SizeClasses::glibc();
  memory.resident = [](MemoryRange range) {
    return std::vector<MemoryRange>{range};
  };
  AccountSum sum;
  sum.add(memory);
  const MemoryAccount account = sum.account();
  const Bytes parts = account.live + account.rounding + account.pinned +
                      account.free + account.stacks + account.mappings +
                      account.modules + account.agent + account.unexplained;
  if (parts != account.pss) abort();
  return 0;
}
