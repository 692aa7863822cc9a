#include "harness/attach/visit.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "harness/attach/tracer.h"
#include "harness/attach/waiting.h"
#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "tidemark/agent_protocol.h"

namespace tidemark::attach {
namespace {

// A text at the bottom, the stack from the top.
constexpr std::uint64_t kRoomBytes = 512 * 1024;
constexpr std::size_t kLongestText = 4096;

bool is_agents(pid_t tid) {
  const Result<std::string> name = read_file(fmt::format("/proc/{}/comm", tid));
  return name && *name == fmt::format("{}\n", agent::kThreadName);
}

// glibc's getpid() and what it lets signals' handlers return to.
Result<ReturnCode> find_return_code(pid_t pid) {
  using namespace std::string_view_literals;
  const std::vector<TargetModule> modules = modules_of(pid);
  const TargetModule* libc = find_libc(modules);
  if (!libc) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("process {} has no glibc in it", pid));
  }
  ReturnCode code;
  code.system_call = find_code(pid, *libc, "\x0f\x05\xc3"sv).value_or(0);
  code.restorer =
      find_code(pid, *libc, "\x48\xc7\xc0\x0f\0\0\0\x0f\x05"sv).value_or(0);
  if (code.system_call != 0) return code;
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("no system call found in {} of process {}", libc->path, pid));
}

}  // namespace

std::vector<pid_t> threads_of(pid_t pid) {
  std::vector<pid_t> threads;
  for (const int tid : numbered_entries(pid, "task")) {
    const std::optional<ProcessEntry> entry = process_entry(tid);
    if (entry && !entry->dead() && !is_agents(tid)) threads.push_back(tid);
  }
  return threads;
}

Result<std::unique_ptr<Visit>> Visit::begin(
    pid_t pid, std::chrono::milliseconds at_most,
    std::chrono::milliseconds for_a_call) {
  const Result<ReturnCode> code = find_return_code(pid);
  TIDEMARK_TRY(code);
  Result<std::unique_ptr<StackWalker>> walker = StackWalker::of(pid);
  TIDEMARK_TRY(walker);
  Waiting waiting(at_most);
  do {
    release_late();
    for (const pid_t tid : threads_of(pid)) {
      Result<std::unique_ptr<BorrowedThread>> thread =
          BorrowedThread::stop(tid);
      TIDEMARK_TRY(thread);
      if (!*thread ||
          !is_safe_place((*walker)->walk(tid), (*thread)->system_call()))
        continue;
      std::unique_ptr<Visit> visit(
          new Visit(pid, std::move(*thread), *code, for_a_call));
      TIDEMARK_TRY(visit->make_room());
      return visit;
    }
  } while (waiting.again());
  return fail(ErrorKind::kEnvironment,
              fmt::format("no thread of process {} came to a place where it "
                          "may be interrupted, within {} s: all were inside "
                          "the allocator, the loader or code that cannot be "
                          "unwound",
                          pid, at_most.count() / 1000),
              "try again when the service is less busy, or let the scenario "
              "start it");
}

Status Visit::make_room() {
  const Result<std::int64_t> room =
      thread_->do_system_call(code_, SYS_mmap,
                              {0, kRoomBytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, ~0ull, 0});
  TIDEMARK_TRY(room);
  if (*room < 0 && *room > -4096) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("process {} may not map 512 KiB for tidemark: {}",
                            pid_, std::strerror(static_cast<int>(-*room))));
  }
  room_ = static_cast<std::uint64_t>(*room);
  return {};
}

Visit::~Visit() {
  if (room_ == 0 || thread_->goes_on_by_itself()) return;
  // Should it fail, the process is half a megabyte of addresses poorer.
  (void)thread_->do_system_call(code_, SYS_munmap,
                                {room_, kRoomBytes, 0, 0, 0, 0});
}

Result<std::uint64_t> Visit::call(std::uint64_t function, std::uint64_t first,
                                  std::uint64_t second) {
  return thread_->call(code_, function, {first, second}, room_ + kRoomBytes,
                       at_most_);
}

Result<std::uint64_t> Visit::call(std::uint64_t function,
                                  const std::string& first,
                                  std::uint64_t second) {
  iovec here{const_cast<char*>(first.c_str()), first.size() + 1};
  iovec there{reinterpret_cast<void*>(room_), first.size() + 1};
  if (first.size() >= kLongestText ||
      ::process_vm_writev(pid_, &here, 1, &there, 1, 0) !=
          static_cast<ssize_t>(here.iov_len)) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot write to the memory of process {}", pid_));
  }
  return call(function, room_, second);
}

std::string Visit::read_text(std::uint64_t address) const {
  std::string text;
  // Page by page: the next one may not be there.
  while (text.size() < kLongestText) {
    char part[256];
    const std::size_t length =
        std::min<std::size_t>(sizeof part, 4096 - (address & 4095));
    iovec here{part, length};
    iovec there{reinterpret_cast<void*>(address), length};
    const ssize_t got = ::process_vm_readv(pid_, &here, 1, &there, 1, 0);
    if (got <= 0) return text;
    const std::size_t end = std::string_view(part, std::size_t(got)).find('\0');
    text.append(part, std::min(end, std::size_t(got)));
    if (end != std::string_view::npos) return text;
    address += static_cast<std::uint64_t>(got);
  }
  return text;
}

}  // namespace tidemark::attach
