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

  using Counts = std::map<std::string, Count>;

  static void add(Count& sum, Count more) { sum += more; }
  static void add(std::string& text, const std::string& more) {
    text = printable(more);
  }
  static void add(Counts& sums, const Counts& more) {
    for (const auto& [name, count] : more) sums[printable(name)] += count;
  }

  // Names that are the same once cleaned are one.
  template <class T>
  void clean(std::map<std::string, T>& values) {
    std::map<std::string, T> cleaned;
    for (const auto& [name, value] : values)
      add(cleaned[printable(name)], value);
    values = std::move(cleaned);
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
