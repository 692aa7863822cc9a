#include "harness/cli/sweep_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "harness/cli/stored_record.h"

namespace tidemark {

namespace fs = std::filesystem;

std::string SweepFolder::name_of(const SweepStep& step) {
  return fmt::format("cell-{:02}-run-{}", step.cell + 1, step.run + 1);
}

std::string SweepFolder::file_of(const SweepStep& step) const {
  return (fs::path(path_) / (name_of(step) + ".json")).string();
}

std::optional<StoredRun> SweepFolder::load(const SweepStep& step,
                                           const CellLevels& cell) const {
  const std::string file = file_of(step);
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  Result<RunRecord> record = stored_record(file);
  if (!record || record->scenario_digest != digest_ || record->cell != cell)
    return std::nullopt;
  // A run that was cut off has neither a verdict nor an error of its own.
  const bool failed =
      record->error && record->error->kind != ErrorKind::kInterrupted;
  if (record->partial && !failed) return std::nullopt;
  return StoredRun{*std::move(record), file, step.run};
}

Result<std::size_t> SweepFolder::clear() const {
  std::error_code error;
  std::size_t removed = 0;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(path_, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("cell-") || !name.ends_with(".json")) continue;
    fs::remove(entry.path(), error);
    if (error)
      return fail(ErrorKind::kEnvironment,
                  fmt::format("cannot remove the record {} of an older sweep: "
                              "{}",
                              entry.path().string(), error.message()),
                  "choose another folder with --records");
    ++removed;
  }
  return removed;
}

}  // namespace tidemark
