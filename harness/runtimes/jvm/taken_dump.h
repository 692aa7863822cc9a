// A heap dump that a JVM is asked for, and that is gone when it has been read.
#pragma once

#include <sys/types.h>

#include <string>

#include "harness/base/fd.h"
#include "harness/runtimes/jvm/commands.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::jvm {

// A file without a name: no other user can open it, and the kernel removes it
// with its last descriptor, even if tidemark is killed.
class TakenDump {
 public:
  explicit TakenDump(Fd file) : file_(std::move(file)) {}

  // To be opened for reading, as often as one likes, for as long as this lives.
  std::string path() const;
  Bytes size() const;

 private:
  Fd file_;
};

// Of what is live, which takes the JVM a collection and about a second for
// 500 MB; meanwhile the service stands still. It is written into a new folder
// in the process's own /tmp, which is removed, whatever happens. The error
// says so where there is too little room for `live` bytes of objects: on the
// disk, or in the memory that the service may have if its /tmp is there.
Result<TakenDump> take_dump(DiagnosticCommands& commands, pid_t pid, Bytes live,
                            Duration timeout);

// What a dump needs at most: objects without references take more room in it
// than in the heap.
Bytes room_for_dump(Bytes live);

}  // namespace tidemark::jvm
