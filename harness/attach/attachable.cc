#include "harness/attach/attachable.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "harness/attach/loaded_image.h"
#include "harness/attach/target_module.h"
#include "harness/base/fd.h"
#include "harness/base/proc_tree.h"
#include "harness/base/status_file.h"
#include "harness/base/text_file.h"

namespace tidemark::attach {
namespace {

constexpr int kCapSysPtrace = 19;

int yama_scope() {
  std::ifstream file("/proc/sys/kernel/yama/ptrace_scope");
  int scope = 0;
  return file >> scope ? scope : 0;
}

std::string name_of(pid_t pid) {
  Result<std::string> name = read_file(fmt::format("/proc/{}/comm", pid));
  if (!name) return {};
  while (name->ends_with('\n')) name->pop_back();
  return *name;
}

bool is_descendant(pid_t pid) {
  for (int depth = 0; pid > 1 && depth < 1000; ++depth) {
    if (pid == ::getpid()) return true;
    const std::optional<ProcessEntry> entry = process_entry(pid);
    if (!entry) return false;
    pid = entry->parent;
  }
  return false;
}

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first, second;
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool is_same_machine(pid_t pid) {
  const Fd fd(
      ::open(fmt::format("/proc/{}/exe", pid).c_str(), O_RDONLY | O_CLOEXEC));
  Elf64_Ehdr header;
  if (!fd || ::read(fd.get(), &header, sizeof header) != sizeof header)
    return true;  // not to be seen: something else will say why
  return header.e_ident[EI_CLASS] == ELFCLASS64 &&
         header.e_machine == EM_X86_64;
}

void look_at_status(AttachFacts& facts, const std::string& status) {
  facts.process = static_cast<pid_t>(status_number(status, "Tgid"));
  facts.is_thread = facts.process != facts.pid;
  facts.tracer = static_cast<pid_t>(status_number(status, "TracerPid"));
  if (facts.tracer != 0) facts.tracer_name = name_of(facts.tracer);
  facts.seccomp = static_cast<int>(status_number(status, "Seccomp"));
}

// "Uid: real effective saved …": /proc/PID belongs to root where a process has
// given up its rights to be looked at.
unsigned effective_user(const std::string& status) {
  const std::size_t at = status.find("\nUid:");
  unsigned real = 0, effective = 0;
  if (at != std::string::npos)
    std::sscanf(status.c_str() + at, "\nUid: %u %u", &real, &effective);
  return effective;
}

bool sees_same_pids(pid_t pid) {
  std::error_code ours, its;
  const auto here = std::filesystem::read_symlink("/proc/self/ns/pid", ours);
  const auto there =
      std::filesystem::read_symlink(fmt::format("/proc/{}/ns/pid", pid), its);
  return ours || its || here == there;
}

bool defines_malloc(pid_t pid, const std::vector<TargetModule>& modules) {
  std::error_code error;
  const auto program =
      std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error);
  const TargetModule* module =
      error ? nullptr : find_module(modules, program.string());
  return module && find_function(pid, *module, "malloc").has_value();
}

void look_at_modules(AttachFacts& facts) {
  const Result<std::string> maps =
      read_file(fmt::format("/proc/{}/maps", facts.pid));
  facts.readable = maps && !maps->empty();
  if (!facts.readable) return;
  const std::vector<TargetModule> modules = parse_modules(*maps);
  facts.has_libc = find_libc(modules) != nullptr;
  facts.own_malloc = defines_malloc(facts.pid, modules);
  for (const TargetModule& module : modules) {
    const std::string_view name = file_name_of(module.path);
    facts.preloaded = facts.preloaded || name == "libtidemark_agent.so";
    facts.attached = facts.attached || name == file_name_of(facts.library);
  }
}

std::string cure_for_yama(int scope) {
  if (scope >= 3)
    return "no process may be traced until the machine is started anew with "
           "another kernel.yama.ptrace_scope; or let the scenario start the "
           "service";
  const char* root = "run tidemark as root (CAP_SYS_PTRACE)";
  if (scope == 2) return std::string(root) + ", or let it start the service";
  return std::string(root) +
         ", or allow it until the next boot: sysctl -w "
         "kernel.yama.ptrace_scope=0; or let the scenario start the service";
}

Status refuse(const AttachFacts& facts, const std::string& why,
              const std::string& hint) {
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("cannot attach to process {}{}: {}", facts.pid,
                  facts.program.empty() ? std::string()
                                        : fmt::format(" ({})", facts.program),
                  why),
      hint);
}

Status check_identity(const AttachFacts& facts) {
  if (!facts.exists)
    return fail(ErrorKind::kUsage,
                fmt::format("there is no process {}", facts.pid),
                "`pgrep -a NAME` lists the processes of a service");
  if (facts.is_thread)
    return fail(
        ErrorKind::kUsage,
        fmt::format("{} is a thread of process {}", facts.pid, facts.process),
        fmt::format("--pid {}", facts.process));
  if (facts.ours)
    return fail(ErrorKind::kUsage,
                fmt::format("process {} is tidemark itself", facts.pid));
  if (facts.state == 'Z')
    return refuse(facts, "it has ended, and nobody has collected it", {});
  if (facts.state == 'T')
    return refuse(facts, "it is stopped",
                  fmt::format("kill -CONT {}", facts.pid));
  return {};
}

Status check_rights(const AttachFacts& facts) {
  if (facts.user != facts.our_user && !facts.may_trace)
    return refuse(facts,
                  fmt::format("it belongs to user {}, tidemark runs as user {}",
                              facts.user, facts.our_user),
                  "run tidemark as the user of the service, or as root");
  if (!facts.may_trace && (facts.yama >= 3 || facts.yama == 2 ||
                           (facts.yama == 1 && !facts.descendant)))
    return refuse(facts,
                  fmt::format("kernel.yama.ptrace_scope is {}: this machine "
                              "lets {} trace another process",
                              facts.yama,
                              facts.yama >= 3   ? "nobody"
                              : facts.yama == 2 ? "root alone"
                                                : "only its parent"),
                  cure_for_yama(facts.yama));
  if (facts.may_trace && facts.yama >= 3)
    return refuse(facts, "kernel.yama.ptrace_scope is 3: nobody may trace",
                  cure_for_yama(facts.yama));
  if (facts.tracer != 0)
    return refuse(facts,
                  fmt::format("process {} ({}) traces it", facts.tracer,
                              facts.tracer_name),
                  "end the debugger or strace first: only one may trace");
  if (!facts.readable)
    return refuse(facts, "its memory map cannot be read",
                  "it may have given up its rights to be looked at "
                  "(PR_SET_DUMPABLE): run tidemark as root");
  return {};
}

Status check_program(const AttachFacts& facts) {
  if (!facts.same_machine)
    return refuse(facts, "it is not an x86-64 program",
                  "use `runtime: process` to judge by the kernel's view alone");
  if (facts.preloaded)
    return refuse(facts, "it was started under tidemark's agent already",
                  "end that run, or start the service without LD_PRELOAD");
  if (facts.attached)
    return refuse(facts, "tidemark's agent is in it already",
                  "wait until the other run has left; if there is none, its "
                  "agent was left behind: restart the service");
  if (!facts.has_libc)
    return refuse(facts,
                  "it has no glibc loaded (it is statically linked, or has "
                  "another libc): there is no loader to load the agent",
                  "use a dynamically linked build, or `runtime: process` to "
                  "judge by the kernel's view alone");
  if (facts.own_malloc)
    return refuse(facts,
                  "its program brings its own malloc: its blocks cannot be "
                  "seen",
                  "use `runtime: process` to judge by the kernel's view alone");
  return {};
}

Status check_surroundings(const AttachFacts& facts) {
  if (!facts.same_pids)
    return refuse(facts,
                  "it lives in another PID namespace, where processes have "
                  "other numbers",
                  "run tidemark inside its container");
  if (facts.seccomp != 0)
    return refuse(facts,
                  "it filters its system calls (seccomp): loading a library "
                  "could kill it",
                  "turn its sandbox off for the run, or use `runtime: "
                  "process` to judge by the kernel's view alone");
  if (!facts.library_visible)
    return refuse(facts,
                  fmt::format("it does not see {}: it lives in another mount "
                              "namespace or root folder",
                              facts.library),
                  "run tidemark inside its container, or mount the folder "
                  "there at the same path");
  return {};
}

}  // namespace

AttachFacts attach_facts(pid_t pid, const std::string& library) {
  AttachFacts facts;
  facts.pid = pid;
  facts.library = library;
  const std::string folder = fmt::format("/proc/{}", pid);
  const Result<std::string> status = read_file(folder + "/status");
  const std::optional<ProcessEntry> entry = process_entry(pid);
  facts.exists = status && entry;
  if (!facts.exists) return facts;
  facts.state = entry->state;
  facts.ours = pid == ::getpid();
  facts.program = name_of(pid);
  look_at_status(facts, *status);
  facts.user = effective_user(*status);
  facts.our_user = ::geteuid();
  const Result<std::string> own = read_file("/proc/self/status");
  facts.may_trace =
      own && (status_number(*own, "CapEff", 16) >> kCapSysPtrace & 1) != 0;
  facts.yama = yama_scope();
  facts.descendant = is_descendant(pid);
  facts.same_machine = is_same_machine(pid);
  facts.same_pids = sees_same_pids(pid);
  look_at_modules(facts);
  facts.library_visible =
      is_same_file(fmt::format("{}/root{}", folder, library), library);
  return facts;
}

Status check_attachable(const AttachFacts& facts) {
  TIDEMARK_TRY(check_identity(facts));
  TIDEMARK_TRY(check_rights(facts));
  TIDEMARK_TRY(check_program(facts));
  return check_surroundings(facts);
}

}  // namespace tidemark::attach
