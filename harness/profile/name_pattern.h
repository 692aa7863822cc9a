// Regular expressions in the syntax that pprof's users know, on names and
// patterns that anybody can have written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark {

class NamePattern {
 public:
  // kUsage: it is none.
  static Result<NamePattern> compile(const std::string& text);

  // Whether any part of `name` is one. Absent: it took too many steps to tell,
  // and would for the next name.
  std::optional<bool> is_in(std::string_view name) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace tidemark
