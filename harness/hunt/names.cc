#include "harness/hunt/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark {
namespace {

constexpr std::size_t kLongest = 40;

std::string file_letters(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (good)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  if (name.size() > kLongest) name.resize(kLongest);
  while (!name.empty() && (name.back() == '-' || name.back() == '.'))
    name.pop_back();
  // No hidden file, and no option of a command.
  while (!name.empty() && (name.front() == '.' || name.front() == '-'))
    name.erase(0, 1);
  return name.empty() ? "service" : name;
}

}  // namespace

std::string service_name(const std::vector<std::string>& command) {
  if (command.empty()) return "service";
  const std::string& program = command.front();
  return file_letters(program.substr(program.rfind('/') + 1));
}

std::string finding_name(const std::string& service, const HuntFinding& finding,
                         std::set<std::string>& taken) {
  std::string what = "several";
  if (finding.kind == HuntKind::kGrowth &&
      finding.finding.kind == FindingClass::kTimeGrowth)
    what = "time";
  else if (!finding.ways.empty() &&
           (finding.ways.size() == 1 || finding.kind == HuntKind::kDeath))
    what = finding.ways.front() == "graceful" ? "connection"
                                              : finding.ways.front();
  std::string base =
      fmt::format("{}-{}", file_letters(service), file_letters(what));
  if (finding.kind == HuntKind::kDeath) base += "-death";
  std::string name = base;
  for (int i = 2; !taken.insert(name).second; ++i)
    name = fmt::format("{}-{}", base, i);
  return name;
}

}  // namespace tidemark
