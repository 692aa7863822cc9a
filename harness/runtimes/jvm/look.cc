#include "harness/runtimes/jvm/look.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace tidemark::jvm {
namespace {

constexpr std::string_view kThreadClass = "java.lang.Thread";

Frame named(std::string function, bool library) {
  Frame frame;
  frame.function = std::move(function);
  frame.library = library;
  return frame;
}

std::vector<Frame> frames_of(const JavaThread& thread) {
  std::vector<Frame> frames = thread.frames;
  frames.push_back(named("thread " + steady_thread_name(thread.name), false));
  return frames;
}

}  // namespace

std::vector<Level> levels_of(const ClassHistogram& histogram,
                             std::span<const JavaThread> threads,
                             ManagedSites& sites) {
  std::map<SiteId, Level> levels;
  const auto add = [&](SiteId site, Count objects, Bytes bytes) {
    Level& level = levels[site];
    level.site = site;
    level.objects += objects;
    level.bytes += bytes;
  };
  // The JVM starts and ends compilers as it likes.
  const auto of_jvm =
      std::count_if(threads.begin(), threads.end(),
                    [](const JavaThread& thread) { return thread.of_jvm; });
  for (const ClassCount& count : histogram.classes) {
    Count objects = count.objects;
    Bytes bytes = count.bytes;
    if (count.name == kThreadClass && objects.value > of_jvm) {
      bytes.value -= bytes.value / objects.value * of_jvm;
      objects.value -= of_jvm;
    }
    const Frame frame = named(count.name, count.library);
    add(sites.number(MemoryKind::kClass, Bytes{}, {frame}), objects, bytes);
  }
  for (const JavaThread& thread : threads)
    if (!thread.of_jvm)
      add(sites.number(MemoryKind::kThread, Bytes{}, frames_of(thread)),
          Count{1}, Bytes{});
  std::vector<Level> all;
  for (const auto& [_, level] : levels) all.push_back(level);
  return all;
}

}  // namespace tidemark::jvm
