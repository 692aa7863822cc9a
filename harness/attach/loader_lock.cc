#include "harness/attach/loader_lock.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/attach/mapped_range.h"
#include "harness/attach/target_module.h"
#include "harness/base/text_file.h"

namespace tidemark::attach {
namespace {

std::vector<MappedRange> loader_variables(pid_t tid) {
  const Result<std::string> maps = read_file(fmt::format("/proc/{}/maps", tid));
  std::vector<MappedRange> ranges = parse_ranges(maps ? *maps : std::string());
  std::erase_if(ranges, [](const MappedRange& range) {
    const std::string_view name = file_name_of(range.path);
    return !range.writable ||
           !(name.starts_with("ld-linux") || name.starts_with("ld-2."));
  });
  return ranges;
}

// Its number within is another one then, and may be that of a lock's holder.
bool is_in_other_namespace(pid_t tid) {
  const Result<std::string> status =
      read_file(fmt::format("/proc/{}/status", tid));
  if (!status) return true;
  const std::size_t at = status->find("\nNSpid:\t");
  if (at == std::string::npos) return false;
  const std::size_t number = at + 8;
  return status->find('\t', number) < status->find('\n', number);
}

// A mutex keeps the number of the thread that holds it.
bool holds_number(pid_t tid, const MappedRange& range) {
  std::vector<pid_t> words((range.end - range.begin) / sizeof(pid_t));
  iovec here{words.data(), words.size() * sizeof(pid_t)};
  iovec there{reinterpret_cast<void*>(range.begin), here.iov_len};
  if (::process_vm_readv(tid, &here, 1, &there, 1, 0) !=
      static_cast<ssize_t>(here.iov_len))
    return true;
  return std::find(words.begin(), words.end(), tid) != words.end();
}

}  // namespace

bool only_waits_for_loader(pid_t tid, const user_regs_struct& regs) {
  if (static_cast<long>(regs.orig_rax) != SYS_futex ||
      is_in_other_namespace(tid))
    return false;
  const std::vector<MappedRange> ranges = loader_variables(tid);
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const MappedRange& range) {
                       return range.contains(regs.rdi);
                     }) &&
         std::none_of(ranges.begin(), ranges.end(),
                      [&](const MappedRange& range) {
                        return holds_number(tid, range);
                      });
}

}  // namespace tidemark::attach
