// The machine's processes as /proc lists them, and who descends from whom.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  char state = '?';              // as ps(1) shows it
  bool ending = false;           // its memory and its files may be gone already
  std::uint64_t start_time = 0;  // clock ticks since boot; with pid: unique

  // Ended; only its exit status is still there.
  bool dead() const { return state == 'Z' || state == 'X'; }
  bool operator==(const ProcessEntry&) const = default;
};

// The text of /proc/PID/stat. Empty when it is not of that form.
std::optional<ProcessEntry> parse_process_stat(std::string_view text);

// Empty when there is no such process.
std::optional<ProcessEntry> process_entry(pid_t pid);

// There is no such process, it has ended or is ending.
bool is_gone(pid_t pid);

// Every process that can be seen, zombies included, in the order of pids. A
// process that vanishes meanwhile is left out.
std::vector<ProcessEntry> list_processes();

// `root` itself is not among them. Parents come before their children.
std::vector<pid_t> descendants(const std::vector<ProcessEntry>& all,
                               pid_t root);

// Whether the process was started with exactly this "NAME=value". False when
// its environment may not be read or was overwritten by itself.
bool has_environment_entry(pid_t pid, std::string_view entry);

// The same for the text of /proc/PID/environ.
bool environment_contains(std::string_view text, std::string_view entry);

// The process's words with blanks between, as ps(1) shows them. Empty when it
// is gone, or never had any.
std::string command_line_of(pid_t pid);

// The numeric names in /proc/PID/`folder` ("task", "fd"). Empty when the
// process is gone or not ours to look into.
std::vector<int> numbered_entries(pid_t pid, const char* folder);

}  // namespace tidemark
