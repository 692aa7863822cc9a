// JUnit XML for CI: one test case per expectation of the scenario.
#pragma once

#include <memory>

#include "tidemark/reporter.h"

namespace tidemark {

// A finding that fails is a <failure>, a run that could not decide or ended
// early an <error>.
std::unique_ptr<Reporter> make_junit_reporter();

}  // namespace tidemark
