#include "harness/cli/template_files.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "harness/base/text_file.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/matrix.h"

namespace tidemark {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 1 << 20;  // of a template

void remove_folder(const std::string& path) {
  std::error_code ignored;
  if (!path.empty()) fs::remove_all(path, ignored);
}

std::vector<std::string> known_variables(const Scenario& scenario) {
  std::vector<std::string> standins;
  for (const StandInSpec& standin : scenario.standins)
    standins.push_back(standin.name);
  return variable_names(true, true, standins);
}

}  // namespace

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchFolder::~ScratchFolder() { remove_folder(path_); }

Result<ScratchFolder> ScratchFolder::make() {
  const char* wanted = std::getenv("TMPDIR");
  const std::string parent = wanted != nullptr && *wanted ? wanted : "/tmp";
  std::string name = parent + "/tidemark-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot make a folder in {} for the service's "
                            "files: {}",
                            parent, std::strerror(errno)),
                "TMPDIR may name another");
  ScratchFolder folder;
  folder.path_ = std::move(name);
  return folder;
}

Result<Scenario> with_templates(Scenario scenario) {
  const std::vector<std::string> known = known_variables(scenario);
  const auto levels = cell_values(scenario.cell);
  for (auto& [name, file] : scenario.target.files) {
    const Result<std::string> text = read_plain_file(file.path, kMostBytes);
    if (!text)
      return fail(
          ErrorKind::kUsage,
          fmt::format("target.files.{}: {}", name, text.error().message),
          "templates lie beside the scenario");
    file.text = expand(*text, levels);
    if (const Status good = check_variables(file.text, known); !good)
      return fail(ErrorKind::kUsage,
                  fmt::format("{}: {}", file.path, good.error().message),
                  good.error().hint);
  }
  return scenario;
}

Result<ScratchFolder> write_files(const Scenario& scenario) {
  if (scenario.target.files.empty()) return ScratchFolder();
  Result<ScratchFolder> folder = ScratchFolder::make();
  TIDEMARK_TRY(folder);
  const Scenario ready = with_files(scenario, folder->path());
  for (const auto& [name, file] : ready.target.files)
    TIDEMARK_TRY(write_file_atomically(folder->path() + "/" + name, file.text));
  return folder;
}

}  // namespace tidemark
