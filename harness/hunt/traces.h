// What two runs found: whether it is the same, and whose fault a finding says
// it is. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/hunt/ways.h"
#include "tidemark/run_record.h"

namespace tidemark {

// By what a finding is known again in another run of the same service.
struct Trace {
  std::string fingerprint;
  // The innermost functions of the service that ask for its blocks, one a
  // line; empty where memory is not what was found. Ways that part further
  // out have fingerprints of their own and are one fault all the same.
  std::string place;
  // The same of each of its sites, further out: what a run has put together
  // another may take apart.
  std::set<std::string> places;

  bool operator==(const Trace&) const = default;
};

Trace trace_of(const RunRecord& record, const Finding& finding);
bool is_same(const Trace& a, const Trace& b);

// Findings that fail the run, or may yet: what a hunt follows up.
std::vector<const Finding*> suspicious(const RunRecord& record);

// The record's finding of that trace that fails the run; null if there is
// none.
const Finding* reproduced(const RunRecord& record, const Trace& trace);

// The ways that the finding blames: by its unit, or by the rates it lists.
// Of an abnormal close, the first. Empty: it blames none in particular.
Ways blamed_ways(const Finding& finding, const Ways& ways);

}  // namespace tidemark
