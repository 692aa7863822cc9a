// Progress for people and the record on disk, while a run goes on.
#pragma once

#include <string>

#include "tidemark/clock.h"
#include "tidemark/observer.h"

namespace tidemark {

enum class ProgressMode { kTerminal, kLines, kQuiet };

// On a terminal one line that is rewritten; elsewhere a line every ten
// seconds. Always on stderr.
ProgressMode progress_mode(bool quiet);

class RunObserver final : public Observer {
 public:
  // `record_path` empty: nothing is kept.
  RunObserver(std::string scenario, std::string record_path, ProgressMode mode,
              Clock& clock);
  ~RunObserver() override;

  void progress(const std::string& text) override;
  Status keep(const RunRecord& record) override;

 private:
  std::string scenario_;
  std::string record_path_;
  ProgressMode mode_;
  Clock& clock_;
  TimePoint last_line_{};
  bool line_open_ = false;
};

}  // namespace tidemark
