// A heap dump of a JVM that somebody else wrote, or that was cut off.
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "harness/runtimes/jvm/heap_dump.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  const int fd = static_cast<int>(syscall(SYS_memfd_create, "hprof_fuzz", 0));
  if (fd < 0) std::abort();
  if (write(fd, data, size) != static_cast<ssize_t>(size)) std::abort();
  const std::vector<std::vector<std::string>> questions{
      {"com.x.Session"}, {"byte[]", "java.lang.Object[]"}};
  jvm::DumpOptions options;
  options.most_paths = 3;
  options.ways_of_top = 2;
  const Result<jvm::DumpAnswer> answer =
      jvm::read_dump(fmt::format("/proc/self/fd/{}", fd), questions, options);
  close(fd);
  if (!answer) {
    if (answer.error().message.empty()) std::abort();
    return 0;
  }
  // The smallest object has fourteen bytes of the dump.
  if (answer->objects.value > static_cast<std::int64_t>(size / 14))
    std::abort();
  Count counted;
  for (const jvm::DumpClass& one : answer->classes) counted += one.objects;
  if (counted != answer->objects) std::abort();
  if (answer->of_questions.size() != questions.size()) std::abort();
  for (const NamedRetention& retention : answer->of_questions)
    if (retention.objects > answer->objects) std::abort();
  return 0;
}
