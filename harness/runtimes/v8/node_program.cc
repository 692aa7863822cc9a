#include "harness/runtimes/v8/node_program.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "harness/base/deleted_file.h"

namespace tidemark::v8 {

std::string program_of(pid_t pid) {
  std::error_code error;
  const std::filesystem::path program =
      std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error);
  return std::string(without_deleted(program.filename().string()));
}

bool is_node(std::string_view program) {
  return program.starts_with("nodejs") || program == "node_g" ||
         (program.starts_with("node") &&
          program.find_first_not_of("0123456789.-", 4) ==
              std::string_view::npos);
}

}  // namespace tidemark::v8
