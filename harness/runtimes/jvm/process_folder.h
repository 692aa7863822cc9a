// A folder that is made in another process's /tmp, where its user may rename
// and replace what he likes while tidemark is root.
//
// Names are looked up once: from then on descriptors say what is meant. They
// stay when the process, and with it /proc/PID/root, is gone.
#pragma once

#include <sys/types.h>

#include <string>

#include "harness/base/fd.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

// /proc/PID/`folder` ("root/tmp"), to look up names in; none, and errno, if it
// cannot be had or its last part is a link.
Fd open_folder(pid_t pid, const char* folder);

class ProcessFolder {
 public:
  // In the process's /tmp, for the user whom the process has.
  static Result<ProcessFolder> make(pid_t pid);

  ProcessFolder(ProcessFolder&&) = default;
  ProcessFolder& operator=(ProcessFolder&&) = delete;
  // With all files in it.
  ~ProcessFolder();

  // As the process knows it: "/tmp/tidemark-x7Gd3f".
  std::string path() const { return "/tmp/" + name_; }
  const Fd& fd() const { return folder_; }

  // A plain file in it, to be read; none, and errno, if there is none.
  Fd open_file(const std::string& name) const;

 private:
  ProcessFolder(Fd tmp, std::string name)
      : tmp_(std::move(tmp)), name_(std::move(name)) {}

  Fd tmp_;
  std::string name_;
  Fd folder_;
};

}  // namespace tidemark::jvm
