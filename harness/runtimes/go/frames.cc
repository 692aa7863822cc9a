#include "harness/runtimes/go/frames.h"

#include <algorithm>
#include <array>

namespace tidemark::go {
namespace {

// The first elements of the paths of the standard library's packages.
constexpr std::array kStandard = {
    "archive", "bufio",   "bytes",    "cmp",      "compress", "container",
    "context", "crypto",  "database", "debug",    "embed",    "encoding",
    "errors",  "expvar",  "flag",     "fmt",      "go",       "hash",
    "html",    "image",   "index",    "internal", "io",       "iter",
    "log",     "maps",    "math",     "mime",     "net",      "os",
    "path",    "plugin",  "reflect",  "regexp",   "runtime",  "slices",
    "sort",    "strconv", "strings",  "structs",  "sync",     "syscall",
    "testing", "text",    "time",     "unicode",  "unique",   "vendor",
    "weak"};

// What writes profiles. The rest of runtime/pprof is the program's to call, and
// calls it back: whatever a request does may be below `Do` and its labels, and
// values of a profile of its own stay there until they are removed.
constexpr std::array kWriters = {
    "runtime/pprof.(*Profile).WriteTo",
    "runtime/pprof.WriteHeapProfile",
    "runtime/pprof.StartCPUProfile",
    "runtime/pprof.StopCPUProfile",
    "runtime/pprof.profileWriter",
    "runtime/pprof.newProfileBuilder",
    "runtime/pprof.(*profileBuilder).",
    "runtime/pprof.write",
    "runtime/pprof.print",
};

bool answers_us(const StackFrame& frame) {
  return frame.function.starts_with("net/http/pprof.") ||
         std::any_of(kWriters.begin(), kWriters.end(),
                     [&](std::string_view writer) {
                       return frame.function.starts_with(writer);
                     });
}

bool is_runtime(const StackFrame& frame) {
  return frame.function.starts_with("runtime.");
}

// The runtime's own goroutines, which call a function of another package here
// and there.
bool is_background(const StackFrame& frame) {
  return frame.function.starts_with("runtime.bg") ||
         frame.function == "runtime.gcBgMarkWorker" ||
         frame.function == "runtime.forcegchelper";
}

// What waits for a client to go while its request is served. Not the reader's
// other functions: in them the goroutine of each connection waits for its next
// request, or for the rest of one.
bool reads_ahead(const StackFrame& frame) {
  constexpr std::string_view kReader = "net/http.(*connReader).";
  if (!frame.function.starts_with(kReader)) return false;
  const std::string_view what =
      std::string_view(frame.function).substr(kReader.size());
  // As the go statement's wrapper, .func1 or .gowrap1, may show it, too.
  return what == "backgroundRead" || what.starts_with("startBackgroundRead.");
}

// net/http's map of the connections that are open: it never shrinks, so that
// its size is that of the most there ever were at once. What a connection that
// stays has of its own is told.
bool tracks_connections(const StackFrame& frame) {
  return frame.function == "net/http.(*Server).trackConn";
}

template <class Matches>
bool any(const std::vector<std::uint32_t>& stack,
         const std::vector<StackFrame>& frames, Matches matches) {
  return std::any_of(stack.begin(), stack.end(),
                     [&](std::uint32_t at) { return matches(frames[at]); });
}

}  // namespace

bool is_standard(std::string_view function) {
  const std::string_view first =
      function.substr(0, function.find_first_of("/."));
  return std::find(kStandard.begin(), kStandard.end(), first) !=
         kStandard.end();
}

Frame frame_of(const StackFrame& frame) {
  Frame made;
  made.function = frame.function;
  made.file = frame.file;
  made.line = frame.line;
  made.library = is_standard(frame.function);
  return made;
}

std::vector<Frame> frames_of(const HeapRecord& record,
                             const std::vector<StackFrame>& frames) {
  std::vector<Frame> made;
  for (const std::uint32_t at : record.frames)
    made.push_back(frame_of(frames[at]));
  return made;
}

std::vector<Frame> frames_of(const GoroutineGroup& group,
                             const std::vector<StackFrame>& frames) {
  std::vector<Frame> made;
  for (const std::uint32_t at : group.frames)
    made.push_back(frame_of(frames[at]));
  if (group.created_by) made.push_back(frame_of(frames[*group.created_by]));
  return made;
}

bool is_own_record(const HeapRecord& record,
                   const std::vector<StackFrame>& frames) {
  const auto someone =
      std::find_if(record.frames.begin(), record.frames.end(),
                   [&](std::uint32_t at) { return !is_runtime(frames[at]); });
  return someone == record.frames.end() ||
         tracks_connections(frames[*someone]) ||
         is_background(frames[record.frames.back()]) ||
         any(record.frames, frames, answers_us);
}

bool is_own_leaf(std::string_view function) {
  // Each processor's heap of timers, up to Go 1.22 and after: as large as it
  // ever was, on whichever processor a timer was started. The timers themselves
  // are the program's.
  if (function == "runtime.doaddtimer" ||
      function == "runtime.(*timers).addHeap")
    return true;
  return function == "runtime.acquireSudog" ||
         function == "runtime.(*hmap).newoverflow" ||
         function == "runtime.(*hmap).createOverflow";
}

bool is_own_goroutine(const GoroutineGroup& group,
                      const std::vector<StackFrame>& frames) {
  if (group.frames.empty()) return true;
  return any(group.frames, frames, answers_us) ||
         any(group.frames, frames, reads_ahead);
}

}  // namespace tidemark::go
