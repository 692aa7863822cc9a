#include "harness/cli/allocators.h"

#include <fmt/format.h>

#include <filesystem>

namespace tidemark {
namespace {

struct KnownAllocator {
  const char* name;
  const char* soname;
  const char* package;  // Debian 12
};

constexpr KnownAllocator kAllocators[] = {
    {"jemalloc", "libjemalloc.so.2", "libjemalloc2"},
    {"mimalloc", "libmimalloc.so.2", "libmimalloc2.0"},
    {"tcmalloc", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"},
};

}  // namespace

std::span<const std::string> library_folders() {
  static const std::string folders[] = {
      "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"};
  return folders;
}

Result<std::string> find_allocator(const std::string& name,
                                   std::span<const std::string> folders) {
  std::error_code ignored;
  for (const KnownAllocator& known : kAllocators) {
    if (name != known.name) continue;
    for (const std::string& folder : folders) {
      std::string path = fmt::format("{}/{}", folder, known.soname);
      if (std::filesystem::exists(path, ignored)) return path;
    }
    return fail(ErrorKind::kEnvironment,
                fmt::format("target.allocator is {}, but {} is not installed",
                            name, known.soname),
                fmt::format("apt-get install {}", known.package));
  }
  if (!std::filesystem::exists(name, ignored))
    return fail(ErrorKind::kUsage,
                fmt::format("target.allocator: there is no file {}", name),
                "system, jemalloc, mimalloc, tcmalloc, or the path of a "
                "shared object");
  return std::filesystem::absolute(name).string();
}

}  // namespace tidemark
