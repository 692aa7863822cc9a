#include "harness/attach/loaded_agent.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "harness/attach/stack_walker.h"
#include "harness/attach/target_module.h"
#include "harness/attach/visit.h"
#include "harness/attach/waiting.h"
#include "harness/base/proc_tree.h"
#include "tidemark/agent_protocol.h"

namespace tidemark::attach {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kToBeSafe{10000};
// How long a thread may stay inside a hook, in a slow munmap() or so.
constexpr milliseconds kToLeaveHooks{5000};
// What libc's own entrance wants beside the mode (glibc before 2.34).
constexpr std::uint64_t kInternalMode = 0x80000000;

// Functions of libc in the process.
struct Loader {
  std::uint64_t open = 0;
  std::uint64_t open_mode = 0;
  std::uint64_t close = 0;
  std::uint64_t error = 0;  // 0: it has no words for what went wrong
};

std::string seen_by(pid_t pid, const std::string& path) {
  return fmt::format("/proc/{}/root{}", pid, path);
}

Result<Loader> find_loader(pid_t pid) {
  const std::vector<TargetModule> modules = modules_of(pid);
  Loader loader;
  const TargetModule* libc = find_libc(modules);
  const auto find = [&](const char* name) {
    return libc ? find_function(seen_by(pid, libc->path), *libc, name)
                : std::nullopt;
  };
  if (const auto open = find("dlopen")) {
    loader = {*open, RTLD_NOW | RTLD_LOCAL, find("dlclose").value_or(0),
              find("dlerror").value_or(0)};
  } else if (const auto internal = find("__libc_dlopen_mode")) {
    loader = {*internal, RTLD_NOW | kInternalMode,
              find("__libc_dlclose").value_or(0), 0};
  }
  if (loader.open != 0 && loader.close != 0) return loader;
  return fail(ErrorKind::kEnvironment,
              fmt::format("process {} has no dlopen() in its libc", pid));
}

Result<std::uint64_t> agent_function(pid_t pid, const std::string& library,
                                     const char* name) {
  const std::vector<TargetModule> modules = modules_of(pid);
  const TargetModule* module = find_module(modules, library);
  const std::optional<std::uint64_t> found =
      module ? find_function(library, *module, name) : std::nullopt;
  if (found) return *found;
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("process {} has no {}() of {} in it", pid, name, library));
}

// What dlerror() says.
std::string reason(Visit& visit, const Loader& loader) {
  if (loader.error == 0) return "its loader refuses";
  const Result<std::uint64_t> text = visit.call(loader.error);
  return text && *text != 0 ? visit.read_text(*text) : "its loader refuses";
}

Status check_result(pid_t pid, std::uint64_t result) {
  switch (static_cast<agent::AttachResult>(static_cast<std::int32_t>(result))) {
    case agent::AttachResult::kDone:
      return {};
    case agent::AttachResult::kOwnMalloc:
      return fail(ErrorKind::kEnvironment,
                  fmt::format("the program of process {} brings its own "
                              "malloc: its blocks cannot be seen",
                              pid),
                  "use `runtime: process` to judge by the kernel's view "
                  "alone");
    case agent::AttachResult::kNoSegment:
      break;
  }
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("process {} cannot have the agent's shared memory", pid),
      "it needs 6 GiB of addresses, of which little is used: see "
      "`ulimit -v` and `ulimit -f` of the service");
}

// Whether a thread is inside the library now.
Result<bool> is_in_use(pid_t pid, StackWalker& walker,
                       const TargetModule& library) {
  for (const pid_t tid : threads_of(pid)) {
    Result<std::unique_ptr<BorrowedThread>> thread = BorrowedThread::stop(tid);
    if (!thread && !process_entry(tid)) continue;
    TIDEMARK_TRY(thread);
    if (walker.is_inside(tid, (*thread)->stack_pointer(), library.code_begin,
                         library.code_end))
      return true;
  }
  return false;
}

Status wait_until_unused(pid_t pid, const std::string& library) {
  const std::vector<TargetModule> modules = modules_of(pid);
  const TargetModule* module = find_module(modules, library);
  if (!module) return {};
  Result<std::unique_ptr<StackWalker>> walker = StackWalker::of(pid);
  TIDEMARK_TRY(walker);
  Waiting waiting(kToLeaveHooks);
  for (;;) {
    const Result<bool> used = is_in_use(pid, **walker, *module);
    TIDEMARK_TRY(used);
    if (!*used) return {};
    if (!waiting.again()) break;
  }
  return fail(ErrorKind::kEnvironment,
              fmt::format("a thread of process {} is still inside the agent: "
                          "the library stays in it, unused",
                          pid));
}

}  // namespace

bool has_agent(pid_t pid, const std::string& library) {
  const std::vector<TargetModule> modules = modules_of(pid);
  return find_module(modules, library) != nullptr;
}

Status load_agent(pid_t pid, const std::string& library,
                  const std::string& words) {
  const Result<Loader> loader = find_loader(pid);
  TIDEMARK_TRY(loader);
  Result<std::unique_ptr<Visit>> visit = Visit::begin(pid, kToBeSafe);
  TIDEMARK_TRY(visit);
  const Result<std::uint64_t> handle =
      (*visit)->call(loader->open, library, loader->open_mode);
  TIDEMARK_TRY(handle);
  if (*handle == 0) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("the agent cannot be loaded into process {}: {}",
                            pid, reason(**visit, *loader)));
  }
  const Result<std::uint64_t> attach =
      agent_function(pid, library, "tidemark_agent_attach");
  TIDEMARK_TRY(attach);
  const Result<std::uint64_t> result = (*visit)->call(*attach, words);
  TIDEMARK_TRY(result);
  Status done = check_result(pid, *result);
  if (!done) {
    const Result<std::uint64_t> closed = (*visit)->call(loader->close, *handle);
    TIDEMARK_TRY(closed);
  }
  return done;
}

Status unload_agent(pid_t pid, const std::string& library) {
  if (!has_agent(pid, library)) return {};
  const Result<Loader> loader = find_loader(pid);
  TIDEMARK_TRY(loader);
  const Result<std::uint64_t> restore =
      agent_function(pid, library, "tidemark_agent_restore");
  TIDEMARK_TRY(restore);
  const Result<std::uint64_t> unmap =
      agent_function(pid, library, "tidemark_agent_unmap");
  TIDEMARK_TRY(unmap);
  {
    Result<std::unique_ptr<Visit>> visit = Visit::begin(pid, kToBeSafe);
    TIDEMARK_TRY(visit);
    TIDEMARK_TRY((*visit)->call(*restore));
  }
  TIDEMARK_TRY(wait_until_unused(pid, library));
  Result<std::unique_ptr<Visit>> visit = Visit::begin(pid, kToBeSafe);
  TIDEMARK_TRY(visit);
  // Once more, for what a hook that was entered before may have begun.
  TIDEMARK_TRY((*visit)->call(*restore));
  TIDEMARK_TRY((*visit)->call(*unmap));
  const Result<std::uint64_t> handle =
      (*visit)->call(loader->open, library, loader->open_mode | RTLD_NOLOAD);
  TIDEMARK_TRY(handle);
  // Once for the handle just taken, once for the one it was loaded by.
  for (int times = 0; times < 2 && *handle != 0; ++times)
    TIDEMARK_TRY((*visit)->call(loader->close, *handle));
  if (!has_agent(pid, library)) return {};
  return fail(ErrorKind::kEnvironment,
              fmt::format("the loader of process {} does not unload the "
                          "agent: the library stays in it, unused",
                          pid));
}

}  // namespace tidemark::attach
