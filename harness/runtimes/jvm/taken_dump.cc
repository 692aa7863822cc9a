#include "harness/runtimes/jvm/taken_dump.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "harness/base/short_text.h"

namespace tidemark::jvm {
namespace {

tl::unexpected<Error> cannot(const std::string& what, int cause,
                             std::string hint = {}) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot {} for the heap dump: {}", what,
                          std::strerror(cause)),
              std::move(hint));
}

// A folder in the process's /tmp: by our name for it, and by the process's.
class Folder {
 public:
  explicit Folder(pid_t pid)
      : root_(fmt::format("/proc/{}/root", pid)),
        ours_(root_ + "/tmp/tidemark-XXXXXX") {}
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (made_) std::filesystem::remove_all(ours_, ignored);
  }

  // For the user whom the process has.
  Status make() {
    struct stat process {};
    // /proc/PID belongs to the process's effective user.
    if (::stat(root_.substr(0, root_.rfind('/')).c_str(), &process) != 0)
      return cannot("look at the process", errno);
    if (::mkdtemp(ours_.data()) == nullptr)
      return cannot("make a folder in /tmp", errno);
    made_ = true;
    if (process.st_uid != ::geteuid() &&
        ::chown(ours_.c_str(), process.st_uid, gid_t(-1)) != 0)
      return cannot("give a folder to the service's user", errno);
    return {};
  }

  const std::string& ours() const { return ours_; }
  std::string processes() const { return ours_.substr(root_.size()); }

 private:
  std::string root_;
  std::string ours_;
  bool made_ = false;
};

Status check_room(const std::string& folder, Bytes live) {
  struct statvfs about {};
  if (::statvfs(folder.c_str(), &about) != 0)
    return cannot("ask for the room in /tmp", errno);
  const double free =
      static_cast<double>(about.f_bavail) * static_cast<double>(about.f_frsize);
  const double needed = static_cast<double>(room_for_dump(live).value);
  if (free >= needed) return {};
  constexpr double kMib = 1 << 20;
  return fail(ErrorKind::kEnvironment,
              fmt::format("a heap dump may need {:.0f} MiB, and the service's "
                          "/tmp has {:.0f} MiB",
                          needed / kMib, free / kMib),
              "make room, or say target.retention: never");
}

}  // namespace

std::string TakenDump::path() const {
  return fmt::format("/proc/self/fd/{}", file_.get());
}

Bytes TakenDump::size() const {
  struct stat about {};
  if (::fstat(file_.get(), &about) != 0) return {};
  return {about.st_size};
}

Bytes room_for_dump(Bytes live) {
  // Classes and threads, which are no objects of the heap.
  constexpr Bytes kAnyway{std::int64_t{32} << 20};
  return Bytes{live.value * 2} + kAnyway;
}

Result<TakenDump> take_dump(DiagnosticCommands& commands, pid_t pid, Bytes live,
                            Duration timeout) {
  Folder folder(pid);
  TIDEMARK_TRY(folder.make());
  TIDEMARK_TRY(check_room(folder.ours(), live));
  constexpr const char* kName = "/heap.hprof";
  constexpr std::string_view kWritten = "Heap dump file created";
  const Result<std::string> said =
      commands.ask("GC.heap_dump " + folder.processes() + kName, timeout);
  TIDEMARK_TRY(said);
  const std::string path = folder.ours() + kName;
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  // The command's exit code tells nothing of the file, and one that the JVM
  // could not write to its end is there, too.
  if (!file || said->find(kWritten) == std::string::npos)
    return fail(ErrorKind::kEnvironment,
                fmt::format("the JVM wrote no whole heap dump: {}",
                            one_line(trimmed(*said), 200)));
  return TakenDump(std::move(file));
}

}  // namespace tidemark::jvm
