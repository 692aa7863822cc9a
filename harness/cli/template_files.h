// Files of the service that are written from templates: `target.files`.
#pragma once

#include <string>

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// A folder of ours that goes, with what is in it, when its owner does.
class ScratchFolder {
 public:
  ScratchFolder() = default;
  ScratchFolder(ScratchFolder&& other) noexcept
      : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  // Below TMPDIR, or /tmp.
  static Result<ScratchFolder> make();
  const std::string& path() const { return path_; }

 private:
  std::string path_;  // empty: none
};

// `scenario` with the content of its templates, levels of its cell filled in;
// kUsage if one cannot be read or has a variable that there is not.
Result<Scenario> with_templates(Scenario scenario);

// Writes them; REQUIRES: every variable but {{ files }} is filled in.
Result<ScratchFolder> write_files(const Scenario& scenario);

}  // namespace tidemark
