// The answer of a sweep in words. Pure.
#pragma once

#include <string>

#include "tidemark/reporter.h"
#include "tidemark/sweep.h"

namespace tidemark {

// For a terminal of `style`'s width; ends in a newline.
std::string sweep_text(const SweepAnswer& answer, const ReportStyle& style);

// Every figure of every run; sweep_report.schema.json documents the fields.
std::string sweep_json(const SweepAnswer& answer);

// For a pull request or a step summary.
std::string sweep_markdown(const SweepAnswer& answer);

// A case for each cell, which fails where the sweep's exit code does.
std::string sweep_junit(const SweepAnswer& answer);

}  // namespace tidemark
