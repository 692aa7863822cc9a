#include "harness/runtimes/jvm/way_in.h"

#include <fmt/format.h>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/jvm/attach_socket.h"
#include "harness/runtimes/jvm/door.h"
#include "harness/runtimes/jvm/jcmd.h"

namespace tidemark::jvm {
namespace {

// jcmd is a JVM that has to start on a machine that may be busy.
constexpr Duration kFirstAnswer = std::chrono::seconds(30);

Result<WayIn> try_way(std::unique_ptr<DiagnosticCommands> commands) {
  const Result<std::string> text = commands->ask("VM.version", kFirstAnswer);
  TIDEMARK_TRY(text);
  Result<JvmVersion> version = parse_version(*text);
  TIDEMARK_TRY(version);
  return WayIn{std::move(commands), *std::move(version)};
}

}  // namespace

Result<WayIn> find_way_in(pid_t pid, const std::string& jdk, Clock& clock,
                          const std::function<bool()>& cancelled) {
  TIDEMARK_TRY(may_be_asked(pid));
  if (!jdk.empty()) {
    Result<std::string> program = find_jcmd(pid, jdk);
    TIDEMARK_TRY(program);
    return try_way(make_jcmd(*std::move(program), pid, clock, cancelled));
  }
  Result<WayIn> way = try_way(make_attach_socket(pid, clock, cancelled));
  if (way || way.error().kind == ErrorKind::kInterrupted) return way;
  Result<std::string> program = find_jcmd(pid, jdk);
  if (!program) return way;
  Result<WayIn> other =
      try_way(make_jcmd(*std::move(program), pid, clock, cancelled));
  return other ? std::move(other) : std::move(way);
}

Result<bool> is_jvm(pid_t pid) {
  const Result<std::string> maps = read_file(fmt::format("/proc/{}/maps", pid));
  if (maps) return maps->find("/libjvm.so") != std::string::npos;
  if (is_gone(pid)) return false;
  return fail(ErrorKind::kEnvironment,
              "cannot tell whether it is a JVM: " + maps.error().message,
              "run tidemark as the user of the service, or as root");
}

}  // namespace tidemark::jvm
