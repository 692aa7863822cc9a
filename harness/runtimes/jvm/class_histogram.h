// What `GC.class_histogram` answers: how many objects of each class live.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::jvm {

struct ClassCount {
  std::string name;      // "UserSession", "byte[]"; see class_name.h
  bool library = false;  // the JDK's own
  Count objects;
  Bytes bytes;  // their own, without what they refer to

  bool operator==(const ClassCount&) const = default;
};

struct ClassHistogram {
  // Each name once, sorted by it: classes of several loaders are added up.
  std::vector<ClassCount> classes;
  Count objects;  // of all
  Bytes bytes;
};

// The error says what is not as it should be: a table that does not end with
// its sum was cut off.
Result<ClassHistogram> parse_class_histogram(std::string_view text);

}  // namespace tidemark::jvm
