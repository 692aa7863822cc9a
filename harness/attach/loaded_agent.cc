#include "harness/attach/loaded_agent.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/uio.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "harness/attach/borrowed_thread.h"
#include "harness/attach/kept_pointers.h"
#include "harness/attach/loaded_image.h"
#include "harness/attach/stack_walker.h"
#include "harness/attach/target_module.h"
#include "harness/attach/tracer.h"
#include "harness/attach/visit.h"
#include "harness/attach/waiting.h"
#include "tidemark/agent_protocol.h"

namespace tidemark::attach {
namespace {

// Looks after what may be on its way from one place to another.
constexpr int kSearches = 3;
// What libc's own entrance wants beside the mode (glibc before 2.34).
constexpr std::uint64_t kInternalMode = 0x80000000;

// Functions of libc in the process.
struct Loader {
  std::uint64_t open = 0;
  std::uint64_t open_mode = 0;
  std::uint64_t close = 0;
  std::uint64_t error = 0;  // 0: it has no words for what went wrong
};

Result<Loader> find_loader(pid_t pid) {
  const std::vector<TargetModule> modules = modules_of(pid);
  Loader loader;
  const TargetModule* libc = find_libc(modules);
  const auto find = [&](const char* name) {
    return libc ? find_function(pid, *libc, name) : std::nullopt;
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
      module ? find_function(pid, *module, name) : std::nullopt;
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
    case agent::AttachResult::kNoCalls:
      return fail(ErrorKind::kEnvironment,
                  fmt::format("no call of malloc or free in process {} can be "
                              "redirected: its blocks cannot be seen",
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

// Whether a thread is inside the library now, or may be.
Result<bool> is_in_use(pid_t pid, StackWalker& walker,
                       const TargetModule& library) {
  for (const pid_t tid : threads_of(pid)) {
    Result<std::unique_ptr<BorrowedThread>> thread = BorrowedThread::stop(tid);
    TIDEMARK_TRY(thread);
    if (!*thread && is_late(tid)) return true;
    if (*thread && walker.is_inside(tid, (*thread)->stack_pointer(),
                                    library.code_begin, library.code_end))
      return true;
  }
  return false;
}

tl::unexpected<Error> stays(pid_t pid, const std::string& why) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("the agent's library stays in process {}, unused: {}",
                          pid, why));
}

Status wait_until_unused(pid_t pid, const TargetModule& library,
                         const Patience& patience) {
  Result<std::unique_ptr<StackWalker>> walker = StackWalker::of(pid);
  TIDEMARK_TRY(walker);
  Waiting waiting(patience.to_leave_hooks);
  for (;;) {
    const Result<bool> used = is_in_use(pid, **walker, library);
    TIDEMARK_TRY(used);
    if (!*used) return {};
    if (!waiting.again()) break;
  }
  return stays(pid, "a thread is still inside of it");
}

Status search_for_kept(pid_t pid, const TargetModule& library,
                       const agent::Restored& restored) {
  if (restored.entries_left != 0)
    return stays(pid, fmt::format("{} tables of calls cannot be written to",
                                  restored.entries_left));
  const std::vector<std::uint64_t> hooks(
      restored.hooks,
      restored.hooks + std::min(restored.hook_count, agent::kMostHooks));
  std::optional<std::string> where;
  for (int times = 0; times < kSearches; ++times) {
    Result<std::optional<std::string>> found =
        find_kept_pointer(pid, hooks, library);
    TIDEMARK_TRY(found);
    where = *std::move(found);
    if (!where) return {};
  }
  return stays(pid, *where);
}

// The functions of the agent's in the process.
struct Leaving {
  std::uint64_t restore = 0;
  std::uint64_t keep = 0;
  std::uint64_t unmap = 0;
};

Result<Leaving> find_leaving(pid_t pid, const std::string& library) {
  const Result<std::uint64_t> restore =
      agent_function(pid, library, "tidemark_agent_restore");
  TIDEMARK_TRY(restore);
  const Result<std::uint64_t> keep =
      agent_function(pid, library, "tidemark_agent_keep");
  TIDEMARK_TRY(keep);
  const Result<std::uint64_t> unmap =
      agent_function(pid, library, "tidemark_agent_unmap");
  TIDEMARK_TRY(unmap);
  return Leaving{*restore, *keep, *unmap};
}

// A load that goes on by itself may be half done: whoever opens the library
// again waits for its end.
Status wait_until_loaded(pid_t pid, const std::string& library, Visit& visit) {
  const Result<Loader> loader = find_loader(pid);
  TIDEMARK_TRY(loader);
  const Result<std::uint64_t> handle =
      visit.call(loader->open, library, loader->open_mode | RTLD_NOLOAD);
  TIDEMARK_TRY(handle);
  if (*handle == 0) return stays(pid, "its loader does not know of it");
  TIDEMARK_TRY(visit.call(loader->close, *handle));
  return {};
}

Result<agent::Restored> restore_calls(pid_t pid, const std::string& library,
                                      const Leaving& leaving,
                                      const Patience& patience) {
  Result<std::unique_ptr<Visit>> visit =
      Visit::begin(pid, patience.to_be_safe, patience.for_a_call);
  TIDEMARK_TRY(visit);
  TIDEMARK_TRY(wait_until_loaded(pid, library, **visit));
  const Result<std::uint64_t> address = (*visit)->call(leaving.restore);
  TIDEMARK_TRY(address);
  agent::Restored restored;
  iovec here{&restored, sizeof restored};
  iovec there{reinterpret_cast<void*>(*address), sizeof restored};
  if (::process_vm_readv(pid, &here, 1, &there, 1, 0) == sizeof restored)
    return restored;
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot read the memory of process {}", pid));
}

Status take_out(pid_t pid, const std::string& library, const Leaving& leaving,
                const Patience& patience) {
  const Result<Loader> loader = find_loader(pid);
  TIDEMARK_TRY(loader);
  Result<std::unique_ptr<Visit>> visit =
      Visit::begin(pid, patience.to_be_safe, patience.for_a_call);
  TIDEMARK_TRY(visit);
  // Once more, for what a hook that was entered before may have begun.
  TIDEMARK_TRY((*visit)->call(leaving.restore));
  TIDEMARK_TRY((*visit)->call(leaving.unmap));
  const Result<std::uint64_t> handle =
      (*visit)->call(loader->open, library, loader->open_mode | RTLD_NOLOAD);
  TIDEMARK_TRY(handle);
  // Once for the handle just taken, once for the one it was loaded by.
  for (int times = 0; times < 2 && *handle != 0; ++times)
    TIDEMARK_TRY((*visit)->call(loader->close, *handle));
  if (!has_agent(pid, library)) return {};
  return stays(pid, "its loader does not unload it");
}

Status unload(pid_t pid, const std::string& library, const Patience& patience) {
  const std::vector<TargetModule> modules = modules_of(pid);
  const TargetModule* module = find_module(modules, library);
  if (!module) return {};
  const Result<Leaving> leaving = find_leaving(pid, library);
  TIDEMARK_TRY(leaving);
  const Result<agent::Restored> restored =
      restore_calls(pid, library, *leaving, patience);
  TIDEMARK_TRY(restored);
  Status free_to_go = wait_until_unused(pid, *module, patience);
  if (free_to_go) free_to_go = search_for_kept(pid, *module, *restored);
  if (free_to_go) return take_out(pid, library, *leaving, patience);
  Result<std::unique_ptr<Visit>> visit =
      Visit::begin(pid, patience.to_be_safe, patience.for_a_call);
  TIDEMARK_TRY(visit);
  TIDEMARK_TRY((*visit)->call(leaving->keep));
  return free_to_go;
}

Status load(pid_t pid, const std::string& library, const std::string& words,
            const Patience& patience) {
  const Result<Loader> loader = find_loader(pid);
  TIDEMARK_TRY(loader);
  Result<std::unique_ptr<Visit>> visit =
      Visit::begin(pid, patience.to_be_safe, patience.for_a_call);
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
  return check_result(pid, *result);
}

}  // namespace

bool has_agent(pid_t pid, const std::string& library) {
  const std::vector<TargetModule> modules = modules_of(pid);
  return find_module(modules, library) != nullptr;
}

Status load_agent(pid_t pid, const std::string& library,
                  const std::string& words, const Patience& patience) {
  return as_tracer([&]() -> Status {
    Status loaded = load(pid, library, words, patience);
    // What became of it is told; that it went again is as it should be.
    if (!loaded) (void)unload(pid, library, patience);
    return loaded;
  });
}

Status unload_agent(pid_t pid, const std::string& library,
                    const Patience& patience) {
  return as_tracer([&] { return unload(pid, library, patience); });
}

}  // namespace tidemark::attach
