// The records of a sweep: one file per run, and nothing else that would have
// to agree with them. What is there is what has been done.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/sweep/fold.h"
#include "harness/sweep/order.h"
#include "tidemark/result.h"
#include "tidemark/sweep.h"

namespace tidemark {

class SweepFolder {
 public:
  // `path` need not be there. `digest`: of the scenario's text; runs of
  // another text are none of this sweep's.
  SweepFolder(std::string path, std::string digest)
      : path_(std::move(path)), digest_(std::move(digest)) {}

  const std::string& path() const { return path_; }
  // Without folder and .json: "cell-03-run-1".
  static std::string name_of(const SweepStep& step);

  // The run, if it came to its end: one that was interrupted, or is of
  // another text or cell, is to be made again.
  std::optional<StoredRun> load(const SweepStep& step,
                                const CellLevels& cell) const;

  // Removes the records of runs, whatever text they are of; other files stay.
  // How many there were.
  Result<std::size_t> clear() const;

 private:
  std::string file_of(const SweepStep& step) const;

  std::string path_;
  std::string digest_;
};

}  // namespace tidemark
