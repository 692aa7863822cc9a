#include "harness/attach/target_module.h"

#include <fmt/format.h>
#include <sys/uio.h>

#include <algorithm>

#include "harness/attach/mapped_range.h"
#include "harness/base/text_file.h"

namespace tidemark::attach {

std::vector<TargetModule> parse_modules(std::string_view maps) {
  std::vector<TargetModule> modules;
  for (const MappedRange& range : parse_ranges(maps)) {
    if (!range.path.starts_with('/')) continue;
    // The newest of this name: what is loaded lies together.
    auto known = std::find_if(
        modules.rbegin(), modules.rend(),
        [&](const TargetModule& m) { return m.path == range.path; });
    if (known == modules.rend() || range.offset == 0) {
      modules.push_back({range.path, range.begin, 0, 0});
      known = modules.rbegin();
    }
    if (!range.executable) continue;
    if (known->code_end == 0) known->code_begin = range.begin;
    known->code_end = range.end;
  }
  std::erase_if(modules, [](const TargetModule& m) { return m.code_end == 0; });
  return modules;
}

std::vector<TargetModule> modules_of(pid_t pid) {
  const Result<std::string> maps = read_file(fmt::format("/proc/{}/maps", pid));
  return maps ? parse_modules(*maps) : std::vector<TargetModule>();
}

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

const TargetModule* find_libc(const std::vector<TargetModule>& modules) {
  for (const TargetModule& module : modules) {
    const std::string_view name = file_name_of(module.path);
    // Before 2.34 the file was called after its version.
    if (name == "libc.so.6" ||
        (name.starts_with("libc-2.") && name.ends_with(".so")))
      return &module;
  }
  return nullptr;
}

const TargetModule* find_module(const std::vector<TargetModule>& modules,
                                std::string_view path) {
  for (const TargetModule& module : modules)
    if (module.path == path) return &module;
  return nullptr;
}

std::optional<std::uint64_t> find_code(pid_t pid, const TargetModule& module,
                                       std::string_view code) {
  std::string text(module.code_end - module.code_begin, '\0');
  iovec here{text.data(), text.size()};
  iovec there{reinterpret_cast<void*>(module.code_begin), text.size()};
  const ssize_t got = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  const std::size_t at = text.find(code);
  if (at == std::string::npos) return std::nullopt;
  return module.code_begin + at;
}

}  // namespace tidemark::attach
