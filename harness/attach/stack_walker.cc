#include "harness/attach/stack_walker.h"

#include <fmt/format.h>
#include <sys/uio.h>

#include <algorithm>

#include "harness/attach/target_module.h"

namespace tidemark::attach {
namespace {

constexpr std::size_t kMostFrames = 256;
// How much of a stack is searched word by word.
constexpr std::size_t kSearchedBytes = 64 * 1024;

// Neither debug information nor a server of it is needed for unwinding.
int no_debug_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*,
                  const char*, GElf_Word, char**) {
  return -1;
}

const Dwfl_Callbacks kCallbacks = {dwfl_linux_proc_find_elf, no_debug_file,
                                   nullptr, nullptr};

struct Addresses {
  std::vector<Dwarf_Addr> values;
  bool complete = false;
};

int take_frame(Dwfl_Frame* frame, void* data) {
  Addresses& addresses = *static_cast<Addresses*>(data);
  Dwarf_Addr address = 0;
  bool exact = false;
  if (!dwfl_frame_pc(frame, &address, &exact)) return DWARF_CB_ABORT;
  // A return address may be the first of the next function.
  addresses.values.push_back(exact ? address : address - 1);
  return addresses.values.size() < kMostFrames ? DWARF_CB_OK : DWARF_CB_ABORT;
}

Addresses addresses_of(Dwfl* dwfl, pid_t tid) {
  Addresses addresses;
  addresses.complete =
      dwfl_getthread_frames(dwfl, tid, take_frame, &addresses) == 0;
  return addresses;
}

}  // namespace

Result<std::unique_ptr<StackWalker>> StackWalker::of(pid_t pid) {
  std::unique_ptr<StackWalker> walker(
      new StackWalker(pid, dwfl_begin(&kCallbacks)));
  Dwfl* dwfl = walker->dwfl_;
  if (dwfl && dwfl_linux_proc_report(dwfl, pid) == 0 &&
      dwfl_report_end(dwfl, nullptr, nullptr) == 0 &&
      dwfl_linux_proc_attach(dwfl, pid, true) == 0)
    return walker;
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot read the modules of process {}: {}", pid,
                          dwfl_errmsg(-1)));
}

StackWalker::~StackWalker() { dwfl_end(dwfl_); }

ThreadStack StackWalker::walk(pid_t tid) {
  const Addresses addresses = addresses_of(dwfl_, tid);
  ThreadStack stack;
  stack.complete = addresses.complete;
  for (const Dwarf_Addr address : addresses.values) {
    StackFunction function;
    if (Dwfl_Module* module = dwfl_addrmodule(dwfl_, address)) {
      const char* path = dwfl_module_info(module, nullptr, nullptr, nullptr,
                                          nullptr, nullptr, nullptr, nullptr);
      const char* name = dwfl_module_addrname(module, address);
      function.module = file_name_of(path ? path : "");
      function.name = name ? name : "";
    }
    stack.functions.push_back(std::move(function));
  }
  return stack;
}

bool StackWalker::is_inside(pid_t tid, std::uint64_t stack_pointer,
                            std::uint64_t begin, std::uint64_t end) {
  const auto inside = [&](std::uint64_t address) {
    return address >= begin && address < end;
  };
  const Addresses addresses = addresses_of(dwfl_, tid);
  if (std::any_of(addresses.values.begin(), addresses.values.end(), inside))
    return true;
  if (addresses.complete) return false;
  std::vector<std::uint64_t> words(kSearchedBytes / 8);
  iovec here{words.data(), kSearchedBytes};
  iovec there{reinterpret_cast<void*>(stack_pointer), kSearchedBytes};
  const ssize_t got = ::process_vm_readv(pid_, &here, 1, &there, 1, 0);
  words.resize(got > 0 ? static_cast<std::size_t>(got) / 8 : 0);
  return std::any_of(words.begin(), words.end(), inside);
}

}  // namespace tidemark::attach
