#include "harness/runtimes/go/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "harness/base/fd.h"
#include "harness/base/status_file.h"
#include "harness/base/text_file.h"

namespace tidemark::go {
namespace {

// A file in memory, read only.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_size <= 0)
      return;
    const auto size = static_cast<std::size_t>(info.st_size);
    void* begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (begin == MAP_FAILED) return;
    begin_ = begin;
    size_ = size;
  }
  ~MappedFile() {
    if (begin_ != nullptr) ::munmap(begin_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const {
    return {static_cast<const char*>(begin_), size_};
  }

 private:
  void* begin_ = nullptr;
  std::size_t size_ = 0;
};

std::string link_target(const std::string& link) {
  std::array<char, 4096> path;
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size))
                  : std::string();
}

tl::unexpected<Error> refused(std::string why) {
  return fail(ErrorKind::kEnvironment, std::move(why));
}

}  // namespace

std::optional<ProgramFile> program_of(pid_t pid) {
  const MappedFile file(fmt::format("/proc/{}/exe", pid));
  return read_program_file(file.bytes());
}

pid_t who_shows_profiles(const std::vector<pid_t>& processes,
                         const std::function<bool(pid_t)>& runs_go,
                         const std::function<bool(pid_t)>& listens) {
  std::optional<pid_t> first;
  for (const pid_t pid : processes) {
    if (!runs_go(pid)) continue;
    if (listens(pid)) return pid;
    if (!first) first = pid;
  }
  return first.value_or(processes.front());
}

Status set_sample_rate(pid_t pid, const ProgramFile& program,
                       std::uint64_t found, std::uint64_t rate) {
  if (!program.rate_address)
    return refused("the program was stripped of its symbols");
  std::uint64_t address = *program.rate_address;
  if (program.relocated) {
    const Result<std::string> maps =
        read_file(fmt::format("/proc/{}/maps", pid));
    TIDEMARK_TRY(maps);
    const std::optional<std::uint64_t> begin =
        load_address(*maps, link_target(fmt::format("/proc/{}/exe", pid)));
    if (!begin) return refused("the program's file is not mapped");
    address += *begin;
  }
  std::uint64_t value = 0;
  iovec ours{&value, sizeof value};
  iovec its{reinterpret_cast<void*>(address), sizeof value};
  if (::process_vm_readv(pid, &ours, 1, &its, 1, 0) != sizeof value)
    return refused(
        fmt::format("its memory cannot be read: {}", std::strerror(errno)));
  if (value != found)
    return refused("the variable does not hold what the profile tells");
  value = rate;
  if (::process_vm_writev(pid, &ours, 1, &its, 1, 0) != sizeof value)
    return refused(
        fmt::format("its memory cannot be written: {}", std::strerror(errno)));
  return {};
}

Bytes resident(pid_t pid) {
  const Result<std::string> status =
      read_file(fmt::format("/proc/{}/status", pid));
  if (!status) return {};
  return Bytes{
      static_cast<std::int64_t>(status_number(*status, "VmRSS") << 10)};
}

}  // namespace tidemark::go
