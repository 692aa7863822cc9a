// Who is told what happens while a run goes on: progress lines, the record
// file. Called from the runner's thread; must not block for long.
#pragma once

#include <string>

#include "tidemark/result.h"
#include "tidemark/run_record.h"

namespace tidemark {

class Observer {
 public:
  virtual ~Observer() = default;

  // A phase began, or moved on: "cycle 7 of 15, loaded: 120 of 200 open".
  virtual void progress(const std::string& text) = 0;

  // The record has grown by one step and is worth keeping now.
  virtual Status keep(const RunRecord& record) = 0;
};

}  // namespace tidemark
