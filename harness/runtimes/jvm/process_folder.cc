#include "harness/runtimes/jvm/process_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tidemark::jvm {
namespace {

tl::unexpected<Error> cannot(const char* what, int cause) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot {} for the heap dump: {}", what,
                          std::strerror(cause)));
}

std::vector<std::string> names_in(const Fd& folder) {
  std::vector<std::string> names;
  // One of its own, for closedir() closes it.
  Fd again(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!again) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> list(::fdopendir(again.get()),
                                                 &::closedir);
  if (!list) return names;
  again.release();
  while (const dirent* entry = ::readdir(list.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

}  // namespace

Fd open_folder(pid_t pid, const char* folder) {
  return Fd(::open(fmt::format("/proc/{}/{}", pid, folder).c_str(),
                   O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Result<ProcessFolder> ProcessFolder::make(pid_t pid) {
  struct stat process {};
  // /proc/PID belongs to the process's effective user.
  if (::stat(fmt::format("/proc/{}", pid).c_str(), &process) != 0)
    return cannot("look at the process", errno);
  Fd tmp = open_folder(pid, "root/tmp");
  if (!tmp) return cannot("open the service's /tmp", errno);
  std::string path = fmt::format("/proc/self/fd/{}/tidemark-XXXXXX", tmp.get());
  if (::mkdtemp(path.data()) == nullptr)
    return cannot("make a folder in /tmp", errno);
  ProcessFolder made(std::move(tmp), path.substr(path.rfind('/') + 1));
  made.folder_ = Fd(::openat(made.tmp_.get(), made.name_.c_str(),
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made.folder_) return cannot("open a folder in /tmp", errno);
  // Whoever may write to /tmp may have put another there meanwhile.
  struct stat about {};
  if (::fstat(made.folder_.get(), &about) != 0 || about.st_uid != ::geteuid())
    return cannot("keep a folder in /tmp", EPERM);
  if (process.st_uid != ::geteuid() &&
      ::fchown(made.folder_.get(), process.st_uid, gid_t(-1)) != 0)
    return cannot("give a folder to the service's user", errno);
  return made;
}

ProcessFolder::~ProcessFolder() {
  if (!tmp_) return;
  if (folder_)
    for (const std::string& name : names_in(folder_))
      ::unlinkat(folder_.get(), name.c_str(), 0);
  ::unlinkat(tmp_.get(), name_.c_str(), AT_REMOVEDIR);
}

Fd ProcessFolder::open_file(const std::string& name) const {
  // Not to wait for a pipe's other end.
  Fd file(::openat(folder_.get(), name.c_str(),
                   O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) return {};
  if (S_ISREG(about.st_mode)) return file;
  errno = EINVAL;
  return {};
}

}  // namespace tidemark::jvm
