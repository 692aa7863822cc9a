// The report a person reads: first line the verdict, then each finding in a
// sentence, then the figures.
#pragma once

#include <memory>

#include "tidemark/reporter.h"

namespace tidemark {

// A partial record is labelled as one; colour and width as the style says.
std::unique_ptr<Reporter> make_terminal_reporter();

}  // namespace tidemark
