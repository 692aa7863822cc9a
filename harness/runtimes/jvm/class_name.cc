#include "harness/runtimes/jvm/class_name.h"

#include <algorithm>

namespace tidemark::jvm {
namespace {

constexpr std::string_view kLibraries[] = {"java.", "javax.",   "jdk.",
                                           "sun.",  "com.sun.", "netscape."};
constexpr std::string_view kPrimitives[] = {
    "boolean", "byte", "char", "short", "int", "long", "float", "double"};
// More than the class file format allows: no array has as many dimensions.
constexpr std::size_t kMostDimensions = 255;

std::string_view primitive(char letter) {
  switch (letter) {
    case 'Z':
      return "boolean";
    case 'B':
      return "byte";
    case 'C':
      return "char";
    case 'S':
      return "short";
    case 'I':
      return "int";
    case 'J':
      return "long";
    case 'F':
      return "float";
    case 'D':
      return "double";
    default:
      return {};
  }
}

// "Chat$$Lambda$14/0x0000000800c03a18" and "Chat$$Lambda$14+0x…" end before
// the address; other slashes are dots.
std::string element_name(std::string_view name) {
  for (const std::string_view mark : {"/0x", "+0x"})
    name = name.substr(0, name.rfind(mark));
  std::string readable(name);
  std::replace(readable.begin(), readable.end(), '/', '.');
  return readable;
}

}  // namespace

std::string readable_class(std::string_view name) {
  const std::size_t dimensions =
      std::min(name.find_first_not_of('['), name.size());
  if (dimensions == 0 || dimensions > kMostDimensions)
    return element_name(name);
  std::string_view element = name.substr(dimensions);
  std::string readable;
  if (element.starts_with('L') && element.ends_with(';'))
    readable = element_name(element.substr(1, element.size() - 2));
  else if (element.size() == 1 && !primitive(element[0]).empty())
    readable = primitive(element[0]);
  else
    return std::string(name);
  for (std::size_t i = 0; i < dimensions; ++i) readable += "[]";
  return readable;
}

bool is_library_name(std::string_view name) {
  return std::any_of(
      std::begin(kLibraries), std::end(kLibraries),
      [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_library_class(std::string_view readable, std::string_view module) {
  if (!module.empty())
    return module.starts_with("java.") || module.starts_with("jdk.");
  const std::string_view element = readable.substr(0, readable.find('['));
  const bool array_of_primitives =
      element.size() < readable.size() &&
      std::find(std::begin(kPrimitives), std::end(kPrimitives), element) !=
          std::end(kPrimitives);
  return array_of_primitives || is_library_name(readable);
}

}  // namespace tidemark::jvm
