#include "harness/cli/stored_record.h"

#include <fmt/format.h>

#include "harness/base/text_file.h"
#include "harness/report/record_json.h"

namespace tidemark {

Result<RunRecord> record_from(const std::string& text,
                              const std::string& path) {
  Result<RunRecord> record = from_json(text);
  if (!record)
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}", path, record.error().message),
                record.error().hint);
  return record;
}

Result<RunRecord> stored_record(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text)
    return fail(ErrorKind::kUsage, text.error().message,
                "a record is what `tidemark run` keeps in its records folder");
  return record_from(*text, path);
}

}  // namespace tidemark
