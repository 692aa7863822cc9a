// Coming into a running service and leaving it again: what harness/attach
// calls in a thread of the service that it has borrowed. Only in
// libtidemark_attached.so.

#include <errno.h>
#include <pthread.h>
#include <sys/auxv.h>

#include "harness/agent/attached.h"
#include "harness/agent/commands.h"
#include "harness/agent/definitions.h"
#include "harness/agent/patch_calls.h"
#include "harness/agent/real.h"
#include "harness/agent/segment.h"
#include "harness/agent/unwind/capture.h"

using namespace tidemark::agent;

#define TIDEMARK_CALL extern "C" __attribute__((visibility("default")))

namespace {

// The borrowed thread may have been cancelled: that is for its own code to
// find out, and not for ours.
class NotCancelled {
 public:
  NotCancelled() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~NotCancelled() { pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = 0;
  int errno_ = errno;
};

AttachResult attach(const char* words) {
  if (program_defines("malloc")) return AttachResult::kOwnMalloc;
  resolve_all();
  configure(words);
  // Above every frame of the main thread; environ may be on the heap by now.
  set_main_stack_end(getauxval(AT_EXECFN));
  hold_recording(false);
  bool ready = segment_ready();
  if (!ready) return AttachResult::kNoSegment;
  command().thread_wanted.store(1);
  start_agent_thread_if_wanted();
  // A block that is recorded must be seen dying: nothing is recorded before
  // the last call is redirected.
  hold_recording(true);
  redirect_calls();
  if (!any_calls_redirected()) {
    restore_calls();
    return AttachResult::kNoCalls;
  }
  hold_recording(false);
  return AttachResult::kDone;
}

}  // namespace

// `words` as in kOptionsVariable, in memory of ours. AttachResult.
TIDEMARK_CALL int tidemark_agent_attach(const char* words) {
  int saved_errno = errno;
  NotCancelled guard;
  AttachResult result = attach(words);
  errno = saved_errno;
  return static_cast<int>(result);
}

// The address of a Restored. From its return on no call enters a hook; calls
// that are inside one go on. Nothing is recorded any more: a child that has no
// segment yet makes none. To be called once more when no thread is inside a
// hook: one may have started the agent's thread meanwhile.
TIDEMARK_CALL const Restored* tidemark_agent_restore() {
  int saved_errno = errno;
  NotCancelled guard;
  retire_recording();
  const Restored& restored = restore_calls();
  end_agent_thread();
  errno = saved_errno;
  return &restored;
}

// For a service that remembers a hook: the library stays, and its hooks pass
// on what they are called with. Its memory goes.
TIDEMARK_CALL int tidemark_agent_keep() {
  int saved_errno = errno;
  NotCancelled guard;
  empty_segment();
  errno = saved_errno;
  return 0;
}

// REQUIRES: no thread is inside a hook. Afterwards nothing of the library may
// run any more.
TIDEMARK_CALL int tidemark_agent_unmap() {
  int saved_errno = errno;
  NotCancelled guard;
  unmap_everything();
  errno = saved_errno;
  return 0;
}
