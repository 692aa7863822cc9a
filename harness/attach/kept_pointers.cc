#include "harness/attach/kept_pointers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "harness/attach/borrowed_thread.h"
#include "harness/attach/loaded_image.h"
#include "harness/attach/mapped_range.h"
#include "harness/attach/stack_walker.h"
#include "harness/attach/tracer.h"
#include "harness/attach/visit.h"
#include "harness/attach/waiting.h"
#include "harness/base/fd.h"
#include "harness/base/text_file.h"
#include "tidemark/agent_protocol.h"

namespace tidemark::attach {
namespace {

using Found = std::optional<std::string>;
using Threads = std::map<pid_t, std::unique_ptr<BorrowedThread>>;

constexpr std::chrono::milliseconds kToStopAll{10000};
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kPagesAtOnce = 256;
// Leaf functions may use so much below the stack's end.
constexpr std::uint64_t kRedZone = 128;

// An entry of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst).
constexpr std::uint64_t kThere = 3ull << 62;  // in memory or swapped out
constexpr std::uint64_t kOfFile = 1ull << 61;

// All of them; they go when the map does.
Result<Threads> stop_all(pid_t pid) {
  Threads threads;
  Waiting waiting(kToStopAll);
  for (bool all = false; !all;) {
    all = true;
    for (const pid_t tid : threads_of(pid)) {
      if (threads.contains(tid)) continue;
      Result<std::unique_ptr<BorrowedThread>> thread =
          BorrowedThread::stop(tid);
      TIDEMARK_TRY(thread);
      // Those that run may start others.
      all = false;
      if (*thread) threads.emplace(tid, std::move(*thread));
    }
    if (!all && !waiting.again()) break;
    std::erase_if(threads,
                  [](const auto& one) { return is_ending(one.first); });
    const std::vector<pid_t> now = threads_of(pid);
    all = std::all_of(now.begin(), now.end(),
                      [&](pid_t tid) { return threads.contains(tid); });
    if (all) return threads;
  }
  return fail(ErrorKind::kEnvironment,
              fmt::format("the threads of process {} do not stop", pid));
}

class Search {
 public:
  Search(pid_t pid, std::vector<std::uint64_t> functions)
      : pid_(pid),
        functions_(std::move(functions)),
        pagemap_(::open(fmt::format("/proc/{}/pagemap", pid).c_str(),
                        O_RDONLY | O_CLOEXEC)) {
    std::sort(functions_.begin(), functions_.end());
  }

  bool is_one(std::uint64_t word) const {
    return word - functions_.front() <=
               functions_.back() - functions_.front() &&
           std::binary_search(functions_.begin(), functions_.end(), word);
  }

  template <class Bytes>
  bool is_in(const Bytes* bytes, std::size_t size) const {
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      std::uint64_t word;
      std::memcpy(&word, reinterpret_cast<const char*>(bytes) + i, 8);
      if (is_one(word)) return true;
    }
    return false;
  }

  // Whether one is in [begin, end) of the range.
  bool is_in(const MappedRange& range, std::uint64_t begin) {
    for (std::uint64_t at = begin; at < range.end;) {
      const std::uint64_t page = at & ~(kPage - 1);
      const std::uint64_t end =
          std::min(range.end, page + kPagesAtOnce * kPage);
      if (are_in_pages(range, page, end, at)) return true;
      at = end;
    }
    return false;
  }

 private:
  // Runs of pages that somebody wrote to.
  bool are_in_pages(const MappedRange& range, std::uint64_t page,
                    std::uint64_t end, std::uint64_t from) {
    const std::size_t count = (end - page) / kPage;
    entries_.assign(count, kThere);
    if (pagemap_ && ::pread(pagemap_.get(), entries_.data(), count * 8,
                            static_cast<off_t>(page / kPage * 8)) !=
                        static_cast<ssize_t>(count * 8))
      entries_.assign(count, kThere);
    const auto wanted = [&](std::size_t i) {
      return (entries_[i] & kThere) != 0 &&
             ((entries_[i] & kOfFile) == 0 || (range.shared && range.writable));
    };
    for (std::size_t i = 0; i < count;) {
      std::size_t last = i;
      while (last < count && wanted(last)) ++last;
      if (last > i &&
          is_in_run(std::max(page + i * kPage, from), page + last * kPage))
        return true;
      i = last + 1;
    }
    return false;
  }

  bool is_in_run(std::uint64_t begin, std::uint64_t end) {
    buffer_.resize(end - begin);
    iovec here{buffer_.data(), buffer_.size()};
    iovec there{reinterpret_cast<void*>(begin), buffer_.size()};
    const ssize_t got = ::process_vm_readv(pid_, &here, 1, &there, 1, 0);
    return got > 0 && is_in(buffer_.data(), static_cast<std::size_t>(got));
  }

  pid_t pid_;
  std::vector<std::uint64_t> functions_;
  Fd pagemap_;
  std::vector<std::uint64_t> entries_;
  std::vector<unsigned char> buffer_;
};

Found in_threads(pid_t pid, const Threads& threads, const Search& search,
                 const TargetModule& library) {
  const Result<std::unique_ptr<StackWalker>> walker = StackWalker::of(pid);
  for (const auto& [tid, thread] : threads) {
    if (!walker || (*walker)->is_inside(tid, thread->stack_pointer(),
                                        library.code_begin, library.code_end))
      return fmt::format("thread {} is inside of it", tid);
    if (search.is_in(&thread->registers(), sizeof thread->registers()) ||
        search.is_in(thread->vectors().data(), thread->vectors().size()))
      return fmt::format("thread {} has an address of it in a register", tid);
  }
  return std::nullopt;
}

// Where the part of the range begins that is not below the end of a stack.
// What is a stack of its own is known by what lies above it: the thread's
// control block, or the program's arguments.
std::uint64_t live_part(const MappedRange& range, const Threads& threads) {
  for (const auto& [tid, thread] : threads) {
    const user_regs_struct& regs = thread->registers();
    if (range.contains(regs.rsp) &&
        (range.path == "[stack]" ||
         (range.contains(regs.fs_base) && regs.fs_base > regs.rsp)))
      return std::max<std::uint64_t>(range.begin,
                                     (regs.rsp - kRedZone) & ~7ull);
  }
  return range.begin;
}

Found in_memory(pid_t pid, const Threads& threads, Search& search,
                const TargetModule& library) {
  const Result<std::string> maps = read_file(fmt::format("/proc/{}/maps", pid));
  const std::uint64_t end = end_of(pid, library).value_or(library.code_end);
  for (const MappedRange& range : parse_ranges(maps ? *maps : std::string())) {
    if (!range.readable ||
        (range.begin >= library.begin && range.begin < end) ||
        range.path == fmt::format("/memfd:{}", agent::kMemfdName) ||
        range.path.starts_with("[v"))
      continue;
    if (search.is_in(range, live_part(range, threads)))
      return fmt::format("the service keeps an address of it, in {}",
                         range.path.empty() ? "its heap" : range.path);
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<std::string>> find_kept_pointer(
    pid_t pid, const std::vector<std::uint64_t>& functions,
    const TargetModule& library) {
  if (functions.empty()) return Found();
  const Result<Threads> threads = stop_all(pid);
  TIDEMARK_TRY(threads);
  Search search(pid, functions);
  Found found = in_threads(pid, *threads, search, library);
  if (!found) found = in_memory(pid, *threads, search, library);
  return found;
}

}  // namespace tidemark::attach
