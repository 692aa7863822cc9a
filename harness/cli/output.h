// Where reports go.
#pragma once

#include <functional>
#include <string>

#include "harness/cli/commands.h"
#include "tidemark/reporter.h"
#include "tidemark/run_record.h"

namespace tidemark {

ReportStyle style_for(const OutputOptions& options);

// To stdout, or to a file that is written as a whole. If it cannot be written
// the text goes to stdout, so that a long run was not for nothing.
Status write_text(const std::string& text, const std::string& path);

// And JUnit's text, made only when there is a path to it. An error of the one
// does not keep the other back.
Status write_texts(const std::string& text, const std::string& path,
                   const std::function<std::string()>& junit,
                   const std::string& junit_path);

// Renders the record as the options say and writes it to stdout or a file.
Status write_report(const RunRecord& record, const OutputOptions& options);

}  // namespace tidemark
