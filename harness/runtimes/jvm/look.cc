#include "harness/runtimes/jvm/look.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace tidemark::jvm {
namespace {

constexpr std::string_view kThreadClass = "java.lang.Thread";
constexpr std::string_view kStringClass = "java.lang.String";
constexpr std::string_view kStringArrays = "byte[]";

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

// What is of a class and not the service's.
struct Surplus {
  Count objects;
  Bytes bytes;
};

// Less than nothing cannot be there: between two questions some went.
ClassCount without(ClassCount count, Surplus surplus) {
  count.objects.value =
      std::max<std::int64_t>(count.objects.value - surplus.objects.value, 0);
  count.bytes.value =
      count.objects.value == 0
          ? 0
          : std::max<std::int64_t>(count.bytes.value - surplus.bytes.value, 0);
  return count;
}

// So many objects of mean size.
Surplus some_of(const ClassCount& count, Count objects) {
  if (count.objects.value == 0) return {};
  return {objects, {count.bytes.value / count.objects.value * objects.value}};
}

bool is_of_method_handles(std::string_view name) {
  return name.starts_with("java.lang.invoke.");
}

class Left {
 public:
  explicit Left(const Look& look)
      : strings_(look.strings),
        // The JVM starts and ends compilers as it likes.
        threads_{std::count_if(
            look.threads.begin(), look.threads.end(),
            [](const JavaThread& thread) { return thread.of_jvm; })} {
    for (const ClassCount& count : look.classes.classes)
      if (count.name == kStringClass)
        of_strings_ = some_of(count, strings_.strings);
  }

  ClassCount of(const ClassCount& count) const {
    if (count.name == kThreadClass)
      return without(count, some_of(count, threads_));
    if (count.name == kStringClass) return without(count, of_strings_);
    if (count.name == kStringArrays)
      return without(count,
                     {strings_.strings, strings_.bytes - of_strings_.bytes});
    return count;
  }

 private:
  StringTable strings_;
  Count threads_;
  Surplus of_strings_;
};

}  // namespace

std::vector<Level> levels_of(const Look& look, ManagedSites& sites) {
  std::map<SiteId, Level> levels;
  const auto add = [&](SiteId site, Count objects, Bytes bytes) {
    Level& level = levels[site];
    level.site = site;
    level.objects += objects;
    level.bytes += bytes;
  };
  const Left left(look);
  for (const ClassCount& all : look.classes.classes) {
    if (is_of_method_handles(all.name)) continue;
    const ClassCount count = left.of(all);
    const Frame frame = named(count.name, count.library);
    add(sites.number(MemoryKind::kClass, Bytes{}, {frame}), count.objects,
        count.bytes);
  }
  for (const JavaThread& thread : look.threads)
    if (!thread.of_jvm)
      add(sites.number(MemoryKind::kThread, Bytes{}, frames_of(thread)),
          Count{1}, Bytes{});
  std::vector<Level> all;
  for (const auto& [_, level] : levels) all.push_back(level);
  return all;
}

}  // namespace tidemark::jvm
