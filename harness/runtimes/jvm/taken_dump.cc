#include "harness/runtimes/jvm/taken_dump.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "harness/base/free_memory.h"
#include "harness/base/short_text.h"
#include "harness/runtimes/jvm/process_folder.h"

namespace tidemark::jvm {
namespace {

constexpr const char* kMakeRoom = "make room, or say target.retention: never";

double mib(Bytes bytes) { return static_cast<double>(bytes.value) / (1 << 20); }

// What is in a tmpfs is memory of whom it was written by, and beyond what that
// may have the kernel ends the service.
Status check_memory(pid_t pid, Bytes needed) {
  const Result<FreeMemory> memory = free_memory("", pid);
  if (!memory || memory->bytes >= needed) return {};
  return fail(ErrorKind::kEnvironment,
              fmt::format("a heap dump may need {:.0f} MiB of memory, for the "
                          "service's /tmp is in memory, and {:.0f} MiB are {}",
                          mib(needed), mib(memory->bytes), memory->of),
              kMakeRoom);
}

Status check_room(const ProcessFolder& folder, pid_t pid, Bytes live) {
  struct statfs about {};
  if (::fstatfs(folder.fd().get(), &about) != 0)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot ask for the room in the service's /tmp: {}",
                            std::strerror(errno)));
  const Bytes needed = room_for_dump(live);
  const double free =
      static_cast<double>(about.f_bavail) * static_cast<double>(about.f_frsize);
  if (free < static_cast<double>(needed.value))
    return fail(ErrorKind::kEnvironment,
                fmt::format("a heap dump may need {:.0f} MiB, and the "
                            "service's /tmp has {:.0f} MiB",
                            mib(needed), free / (1 << 20)),
                kMakeRoom);
  if (about.f_type == TMPFS_MAGIC) return check_memory(pid, needed);
  return {};
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
  const Result<ProcessFolder> folder = ProcessFolder::make(pid);
  TIDEMARK_TRY(folder);
  TIDEMARK_TRY(check_room(*folder, pid, live));
  constexpr const char* kName = "heap.hprof";
  constexpr std::string_view kWritten = "Heap dump file created";
  const Result<std::string> said = commands.ask(
      fmt::format("GC.heap_dump {}/{}", folder->path(), kName), timeout);
  TIDEMARK_TRY(said);
  Fd file = folder->open_file(kName);
  // The command's exit code tells nothing of the file, and one that the JVM
  // could not write to its end is there, too.
  if (!file || said->find(kWritten) == std::string::npos)
    return fail(ErrorKind::kEnvironment,
                fmt::format("the JVM wrote no whole heap dump: {}",
                            one_line(trimmed(*said), 200)));
  return TakenDump(std::move(file));
}

}  // namespace tidemark::jvm
