#include "harness/target/memory_cgroup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "harness/base/fd.h"
#include "harness/base/text_file.h"

namespace tidemark {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

struct Mount {
  std::string folder;
  std::string root;  // of the hierarchy, which part is mounted there
};

// Where a hierarchy is mounted: "31 23 0:28 /root /folder options … - type
// source options".
std::optional<Mount> mount_of(std::string_view mountinfo,
                              CgroupVersion version) {
  std::optional<Mount> found;
  for_each_line(mountinfo, [&](std::string_view line) {
    const std::size_t dash = line.find(" - ");
    if (found || dash == line.npos) return;
    const std::vector<std::string_view> before = words_of(line.substr(0, dash));
    const std::vector<std::string_view> after = words_of(line.substr(dash + 3));
    if (before.size() < 5 || after.empty()) return;
    const bool fits =
        version == CgroupVersion::kV2
            ? after[0] == "cgroup2"
            : after[0] == "cgroup" && has_word(after.back(), "memory");
    if (fits) found = Mount{std::string(before[4]), std::string(before[3])};
  });
  return found;
}

// Our path in it: "4:memory:/a/b", or "0::/a/b".
std::optional<std::string> path_in(std::string_view own_cgroups,
                                   CgroupVersion version) {
  std::optional<std::string> found;
  for_each_line(own_cgroups, [&](std::string_view line) {
    const std::size_t first = line.find(':');
    const std::size_t second =
        first == line.npos ? line.npos : line.find(':', first + 1);
    if (found || second == line.npos) return;
    const std::string_view names = line.substr(first + 1, second - first - 1);
    const bool fits = version == CgroupVersion::kV2 ? names.empty()
                                                    : has_word(names, "memory");
    if (fits) found = std::string(line.substr(second + 1));
  });
  return found;
}

std::int64_t number_in(const std::string& file) {
  const Result<std::string> text = read_file(file);
  std::int64_t number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

// Of a file with a name and a number on each line.
std::int64_t named_number(std::string_view text, std::string_view name) {
  std::int64_t number = 0;
  for_each_line(text, [&](std::string_view line) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() == 2 && words[0] == name)
      std::from_chars(words[1].data(), words[1].data() + words[1].size(),
                      number);
  });
  return number;
}

// The errno of the failure; 0: it was written.
int write_to(const std::string& file, const std::string& text) {
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd.get() < 0) return errno;
  return ::write(fd.get(), text.data(), text.size()) < 0 ? errno : 0;
}

class Cgroup final : public MemoryCgroup {
 public:
  Cgroup(CgroupVersion version, std::string folder, Bytes limit)
      : version_(version), folder_(std::move(folder)), limit_(limit) {}

  ~Cgroup() override {
    // The kernel forgets processes a moment after they have ended.
    constexpr int kTries = 200;
    constexpr std::chrono::milliseconds kPause{5};
    for (int i = 0; i < kTries && ::rmdir(folder_.c_str()) != 0; ++i) {
      if (errno != EBUSY) return;
      std::this_thread::sleep_for(kPause);
    }
  }

  // The errno of the failure; 0: it is limited.
  int limit() {
    const bool v1 = version_ == CgroupVersion::kV1;
    const std::string bytes = std::to_string((limit_ + beside_).value);
    // With swap, it may not be below the limit, which may not be above it.
    const char* const swap = "/memory.memsw.limit_in_bytes";
    if (v1 && beside_.value > 0) (void)write_to(folder_ + swap, bytes);
    const int failure = write_to(
        folder_ + (v1 ? "/memory.limit_in_bytes" : "/memory.max"), bytes);
    if (v1) (void)write_to(folder_ + swap, bytes);
    if (!v1) (void)write_to(folder_ + "/memory.swap.max", "0");
    return failure;
  }

  std::string procs_file() const override { return folder_ + "/cgroup.procs"; }

  MemoryUse use() const override {
    const bool v1 = version_ == CgroupVersion::kV1;
    MemoryUse use;
    use.limit = limit_;
    use.beside = beside_;
    const Bytes usage{number_in(
        folder_ + (v1 ? "/memory.usage_in_bytes" : "/memory.current"))};
    const Result<std::string> statistics = read_file(folder_ + "/memory.stat");
    use.now = statistics ? working_set(usage, *statistics) : usage;
    const Result<std::string> events =
        read_file(folder_ + (v1 ? "/memory.oom_control" : "/memory.events"));
    if (events) use.kills = Count{named_number(*events, "oom_kill")};
    if (v1)
      use.refusals = Count{number_in(folder_ + "/memory.failcnt")};
    else if (events)
      use.refusals = Count{named_number(*events, "max")};
    return use;
  }

  void allow_beside(Bytes more) override {
    if (more == beside_) return;
    beside_ = more;
    (void)limit();
  }

 private:
  CgroupVersion version_;
  std::string folder_;
  Bytes limit_;
  Bytes beside_;
};

// A name of its own, so that runs beside each other have theirs.
std::string fresh_name() {
  static std::atomic<int> number{0};
  return fmt::format("/tidemark-{}-{}", ::getpid(), ++number);
}

}  // namespace

std::vector<CgroupPlace> cgroup_places(std::string_view mountinfo,
                                       std::string_view own_cgroups) {
  std::vector<CgroupPlace> places;
  for (const CgroupVersion version : {CgroupVersion::kV1, CgroupVersion::kV2}) {
    const std::optional<Mount> mount = mount_of(mountinfo, version);
    const std::optional<std::string> own = path_in(own_cgroups, version);
    if (!mount || !own) continue;
    // In a container only our part of the hierarchy may be mounted.
    std::string path = *own;
    if (mount->root != "/" && path.starts_with(mount->root))
      path.erase(0, mount->root.size());
    while (!path.empty() && path.back() == '/') path.pop_back();
    for (;; path.erase(path.rfind('/'))) {
      places.push_back({version, mount->folder + path});
      if (path.empty()) break;
    }
  }
  return places;
}

Bytes working_set(Bytes usage, std::string_view statistics) {
  // Version 1 has the sum over cgroups below under a name of its own.
  std::int64_t droppable = named_number(statistics, "total_inactive_file");
  if (droppable == 0) droppable = named_number(statistics, "inactive_file");
  return std::max(Bytes{}, usage - Bytes{droppable});
}

Result<std::unique_ptr<MemoryCgroup>> make_memory_cgroup(
    Bytes limit, const std::vector<CgroupPlace>& places) {
  std::vector<std::string> tried;
  for (const CgroupPlace& place : places) {
    // A controller must be handed down; where it is already, this changes
    // nothing.
    if (place.version == CgroupVersion::kV2)
      (void)write_to(place.folder + "/cgroup.subtree_control", "+memory");
    const std::string folder = place.folder + fresh_name();
    // One of that name is from a process of our number that was killed.
    if (::mkdir(folder.c_str(), 0755) != 0 &&
        (errno != EEXIST || ::rmdir(folder.c_str()) != 0 ||
         ::mkdir(folder.c_str(), 0755) != 0)) {
      tried.push_back(
          fmt::format("{}: {}", place.folder, std::strerror(errno)));
      continue;
    }
    auto cgroup = std::make_unique<Cgroup>(place.version, folder, limit);
    if (const int failure = cgroup->limit(); failure != 0) {
      tried.push_back(fmt::format("{}: no memory controller to be had ({})",
                                  place.folder, std::strerror(failure)));
      continue;
    }
    return cgroup;
  }
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("target.memoryLimit needs a cgroup, and none can be made: {}",
                  tried.empty() ? "no memory controller is mounted"
                                : fmt::format("{}", fmt::join(tried, "; "))),
      "run tidemark as root, or in a cgroup that is its user's: systemd-run "
      "--user --scope -p Delegate=yes tidemark …");
}

Result<std::unique_ptr<MemoryCgroup>> make_memory_cgroup(Bytes limit) {
  const Result<std::string> mounts = read_file("/proc/self/mountinfo");
  TIDEMARK_TRY(mounts);
  const Result<std::string> own = read_file("/proc/self/cgroup");
  TIDEMARK_TRY(own);
  return make_memory_cgroup(limit, cgroup_places(*mounts, *own));
}

}  // namespace tidemark
