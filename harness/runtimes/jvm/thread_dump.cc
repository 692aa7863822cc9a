#include "harness/runtimes/jvm/thread_dump.h"

#include <algorithm>
#include <optional>

#include "harness/runtimes/jvm/class_name.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {
namespace {

constexpr std::string_view kState = "java.lang.Thread.State: ";
constexpr std::size_t kMostThreads = 1 << 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The JVM starts these when it needs them; they run none of the service's
// code.
constexpr std::string_view kWithoutFrames[] = {
    "Signal Dispatcher", "Service Thread",      "Monitor Deflation Thread",
    "C1 CompilerThread", "C2 CompilerThread",   "JVMCI",
    "Sweeper thread",    "Notification Thread", "Attach Listener",
    "DestroyJavaVM",     "Surrogate Locker"};
constexpr std::string_view kWithFrames[] = {"Reference Handler", "Finalizer",
                                            "Common-Cleaner"};

bool is_of_jvm(const JavaThread& thread) {
  const auto begins = [&](std::string_view name) {
    return thread.name.starts_with(name);
  };
  if (thread.frames.empty())
    return std::any_of(std::begin(kWithoutFrames), std::end(kWithoutFrames),
                       begins);
  return std::any_of(std::begin(kWithFrames), std::end(kWithFrames), begins) &&
         std::all_of(thread.frames.begin(), thread.frames.end(),
                     [](const Frame& frame) { return frame.library; });
}

// `"HTTP-Dispatcher" #13 prio=5 os_prio=0 … runnable  [0x00007f6c3cdd1000]`
std::optional<JavaThread> parse_head(std::string_view line) {
  if (!line.starts_with('"')) return std::nullopt;
  // A name may hold quotes. Threads without a number are not Java's.
  const std::size_t end = line.rfind("\" #");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  if (!is_digit(line.substr(end + 3, 1).empty() ? ' ' : line[end + 3]))
    return std::nullopt;
  JavaThread thread;
  thread.name = line.substr(1, end - 1);
  line.remove_prefix(end);
  if (const std::size_t at = line.rfind("[0x"); at != line.npos) {
    const char* from = line.data() + at + 3;
    std::from_chars(from, line.data() + line.size(), thread.stack, 16);
  }
  return thread;
}

// "Object.java:338", "Native Method", "java.base@17.0.15/Object.java:338",
// "app//Chat.java:5".
void read_place(std::string_view place, Frame& frame) {
  const std::size_t slash = place.rfind('/');
  std::string_view module;
  if (slash != std::string_view::npos) {
    module = place.substr(0, slash);
    place.remove_prefix(slash + 1);
    // Of "loader/module@version" the module.
    if (module.ends_with('/')) module = {};
    if (const std::size_t at = module.rfind('/'); at != module.npos)
      module.remove_prefix(at + 1);
  }
  const std::size_t colon = place.rfind(':');
  if (colon != std::string_view::npos) {
    const std::optional<std::int64_t> line =
        whole_number(place.substr(colon + 1));
    if (line && *line <= UINT32_MAX) {
      frame.file = place.substr(0, colon);
      frame.line = static_cast<std::uint32_t>(*line);
    }
  }
  frame.library = is_library_class(frame.function, module);
}

// "at java.lang.Object.wait(java.base@17.0.15/Object.java:338)"
std::optional<Frame> parse_frame(std::string_view line) {
  if (take_word(line) != "at") return std::nullopt;
  const std::size_t begin = line.find_first_not_of(' ');
  const std::size_t open = line.rfind('(');
  if (begin == line.npos || open == line.npos || open <= begin ||
      !line.ends_with(')'))
    return std::nullopt;
  std::string_view function = line.substr(begin, open - begin);
  Frame frame;
  // "Chat$$Lambda$14/0x0000000800c03a18.run"
  const std::size_t method = function.rfind('.');
  if (method == function.npos) {
    frame.function = function;
  } else {
    frame.function = readable_class(function.substr(0, method));
    frame.function += function.substr(method);
  }
  read_place(line.substr(open + 1, line.size() - open - 2), frame);
  return frame;
}

}  // namespace

Result<std::vector<JavaThread>> parse_thread_dump(std::string_view text) {
  std::vector<JavaThread> threads;
  bool inside = false;  // of a Java thread
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.starts_with('"')) {
      std::optional<JavaThread> head = parse_head(line);
      inside = head.has_value();
      if (!inside) continue;
      if (threads.size() == kMostThreads)
        return fail(ErrorKind::kEnvironment,
                    "Thread.print answers more threads than can be");
      threads.push_back(*std::move(head));
      continue;
    }
    if (line.empty()) inside = false;
    if (!inside) continue;
    JavaThread& thread = threads.back();
    if (const std::size_t at = line.find(kState);
        at != line.npos && thread.state.empty())
      thread.state = line.substr(at + kState.size());
    std::optional<Frame> frame = parse_frame(line);
    if (frame && thread.frames.size() < kMostThreadFrames)
      thread.frames.push_back(*std::move(frame));
  }
  // Each JVM has some.
  if (threads.empty())
    return fail(ErrorKind::kEnvironment,
                "Thread.print answers what has no Java thread");
  for (JavaThread& thread : threads) thread.of_jvm = is_of_jvm(thread);
  return threads;
}

std::string steady_thread_name(std::string_view name) {
  std::string steady;
  while (!name.empty()) {
    std::size_t end = 0;
    while (end < name.size() && (is_digit(name[end]) || is_letter(name[end])))
      ++end;
    if (end == 0) {
      steady += name.front();
      name.remove_prefix(1);
      continue;
    }
    const std::string_view word = name.substr(0, end);
    name.remove_prefix(end);
    const bool digits = std::any_of(word.begin(), word.end(), is_digit);
    if (digits && std::all_of(word.begin(), word.end(), is_hex)) {
      steady += 'N';
      continue;
    }
    bool in_number = false;
    for (const char c : word) {
      if (!is_digit(c)) steady += c;
      if (is_digit(c) && !in_number) steady += 'N';
      in_number = is_digit(c);
    }
  }
  return steady;
}

}  // namespace tidemark::jvm
