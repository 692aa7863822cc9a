#include "harness/runtimes/jvm/door.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstdint>

#include "harness/base/proc_tree.h"
#include "harness/base/status_file.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {
namespace {

Result<std::string> status_of(pid_t pid) {
  Result<std::string> status = read_file(fmt::format("/proc/{}/status", pid));
  if (status) return status;
  return fail(ErrorKind::kEnvironment,
              fmt::format("process {} has ended", pid));
}

}  // namespace

Result<Door> door_of(pid_t pid) {
  const Result<std::string> status = status_of(pid);
  TIDEMARK_TRY(status);
  Door door;
  door.number = std::to_string(pid);
  std::string_view text = *status;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view key = take_word(line);
    if (key == "NSpid:") {
      for (std::string_view word = take_word(line); !word.empty();
           word = take_word(line))
        door.number = word;
    }
    if (key != "Uid:") continue;
    take_word(line);  // the real one
    door.user = static_cast<uid_t>(whole_number(take_word(line)).value_or(0));
  }
  door.socket = fmt::format("/proc/{}/root/tmp/.java_pid{}", pid, door.number);
  return door;
}

bool is_open(const Door& door) {
  struct stat about {};
  return ::lstat(door.socket.c_str(), &about) == 0 && S_ISSOCK(about.st_mode) &&
         about.st_uid == door.user;
}

Status takes_quit(std::string_view status) {
  constexpr std::uint64_t kQuit = std::uint64_t{1} << (SIGQUIT - 1);
  // A JVM that begins, or one with -Xrs, would be ended by the signal.
  if ((status_number(status, "SigCgt", 16) & kQuit) == 0)
    return fail(ErrorKind::kEnvironment,
                "the JVM does not take SIGQUIT, by which it is asked to listen",
                "start it without -Xrs");
  // What a JVM has forked takes its signals until it is another program, which
  // it may be before ours arrives.
  if (status_number(status, "Threads") < 2)
    return fail(ErrorKind::kEnvironment,
                "the JVM has one thread, as what it starts has before it is "
                "another program");
  return {};
}

Status may_be_asked(pid_t pid) {
  const Result<Door> door = door_of(pid);
  TIDEMARK_TRY(door);
  if (is_open(*door)) return {};
  if (command_line_of(pid).find("-XX:+DisableAttachMechanism") !=
      std::string::npos)
    return fail(ErrorKind::kEnvironment,
                "the JVM was started with -XX:+DisableAttachMechanism",
                "start it without that option");
  const Result<std::string> status = status_of(pid);
  TIDEMARK_TRY(status);
  return takes_quit(*status);
}

}  // namespace tidemark::jvm
