#include "harness/report/printable_record.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/report/record_fields.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

// An archive in the sense of record_fields.h that visits every text.
struct Cleaner {
  template <class T>
  void operator()(const char*, T& value) {
    clean(value);
  }

  void clean(std::string& text) { text = printable(text); }

  // Messages about scenario files have several lines: text and a caret.
  void clean(Error& error) {
    error.message = printable(error.message, true);
    error.hint = printable(error.hint, true);
  }

  void clean(std::map<std::string, Count>& counts) {
    std::map<std::string, Count> cleaned;
    for (const auto& [name, count] : counts) cleaned[printable(name)] += count;
    counts = std::move(cleaned);
  }

  template <class T>
  void clean(std::optional<T>& value) {
    if (value) clean(*value);
  }

  template <class T>
  void clean(std::vector<T>& values) {
    for (T& value : values) clean(value);
  }

  template <class T>
  void clean(T& value) {
    if constexpr (requires { record_fields::fields(*this, value); })
      record_fields::fields(*this, value);
  }
};

}  // namespace

RunRecord printable_record(RunRecord record) {
  Cleaner cleaner;
  record_fields::head_fields(cleaner, record);
  record_fields::body_fields(cleaner, record);
  if (record.judgement) {
    cleaner.clean(record.judgement->reason);
    cleaner.clean(record.judgement->findings);
  }
  return record;
}

}  // namespace tidemark
