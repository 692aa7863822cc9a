// What a person does about a finding. Pure text from the record, without a
// line break: reports wrap it. Private to this folder.
#pragma once

#include <string>

#include "tidemark/run_record.h"

namespace tidemark {

// Where to look and what to change in the service, in a sentence or two;
// empty for a finding that asks for nothing.
std::string advice_for(const RunRecord& record, const Finding& finding);

// How to see that it is mended, and how to allow what is meant: for a run
// whose judgement is kLeak, else empty.
std::string next_step(const RunRecord& record);

}  // namespace tidemark
