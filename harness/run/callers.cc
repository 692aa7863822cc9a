#include "harness/run/callers.h"

#include <algorithm>

#include "harness/base/steady_name.h"

namespace tidemark {

std::string caller_name(const Frame& frame) {
  std::string function = steady_name(frame.function);
  // The probe's words for code without a symbol: "libfoo.so.1+0x12a".
  if (const std::size_t offset = frame.function.rfind("+0x");
      offset != std::string::npos)
    function = frame.function.substr(offset);
  return steady_module(frame.module) + "!" + function;
}

namespace {

// "byte[]", not "java.lang.Object[]".
bool is_plain_array(const SiteRecord& site) {
  if (site.frames.empty()) return false;
  const std::string& name = site.frames.front().function;
  return name.ends_with("[]") && name.find('.') == std::string::npos;
}

}  // namespace

SiteCallers callers_of(const SiteRecord& site) {
  SiteCallers callers;
  callers.whole = site.zoomed && !site.truncated;
  const bool all_library =
      std::all_of(site.frames.begin(), site.frames.end(),
                  [](const Frame& frame) { return frame.library; });
  if (site.kind == MemoryKind::kThread) callers.naming = Naming::kThread;
  if (site.kind == MemoryKind::kClass && all_library)
    callers.naming =
        is_plain_array(site) ? Naming::kPlainArray : Naming::kLibraryClass;
  for (const Frame& frame : site.frames) {
    if (frame.library && !all_library) continue;
    std::string name = caller_name(frame);
    if (callers.own.empty() || callers.own.back() != name)
      callers.own.push_back(std::move(name));
  }
  return callers;
}

}  // namespace tidemark
