#include "common/retainer.h"

namespace specimen {
namespace {

// Symbols have nothing in them that JSON would escape.
std::string quoted(const std::string& word) { return '"' + word + '"'; }

std::string member(const char* key, const std::string& word) {
  return quoted(key) + ":" + quoted(word);
}

}  // namespace

std::string retainer_line(const Retainer& retainer) {
  std::string line = "retainer: {" + member("held", retainer.held);
  if (!retainer.root_kind.empty()) {
    line += "," + member("root_kind", retainer.root_kind);
    line += "," + member("root", retainer.root);
  }
  line += ",\"through\":[";
  for (const std::string& kind : retainer.through) {
    if (line.back() != '[') line += ",";
    line += quoted(kind);
  }
  return line + "]," + member("when", retainer.when) + "}";
}

}  // namespace specimen
