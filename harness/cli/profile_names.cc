#include "harness/cli/profile_names.h"

#include <cxxabi.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "harness/report/names.h"
#include "harness/runtimes/native/module_map.h"
#include "harness/runtimes/native/symbolise.h"

namespace tidemark {
namespace {

class Namer {
 public:
  explicit Namer(Profile& profile) : profile_(profile) {}

  void name(ProfileLocation& location) {
    if (!location.lines.empty() || !location.mapping || location.address == 0)
      return;
    const ProfileMapping& mapping = profile_.mappings[*location.mapping];
    const std::optional<std::uint64_t> address =
        vaddr(mapping.file, location.address - mapping.start + mapping.offset);
    if (!address) return;
    // The symboliser wants to be told where a call returns to.
    const std::vector<Frame> frames =
        symboliser_.frames({mapping.file, *address + 1});
    if (is_unknown(frames)) return;
    for (const Frame& frame : frames)
      location.lines.push_back({function(frame), frame.line});
  }

 private:
  // Where the ELF has that byte of its file. A profile can name any file: only
  // of a plain one, which opening does not wait for, is anything read.
  std::optional<std::uint64_t> vaddr(const std::string& file,
                                     std::uint64_t offset) {
    const auto [known, fresh] = segments_.try_emplace(file);
    std::error_code error;
    if (fresh && std::filesystem::is_regular_file(file, error))
      known->second = elf_segments(file);
    for (const FileSegment& segment : known->second)
      if (offset >= segment.offset && offset - segment.offset < segment.size)
        return segment.vaddr + (offset - segment.offset);
    return std::nullopt;
  }

  // "module+0x1234": nothing that the address does not say itself.
  static bool is_unknown(const std::vector<Frame>& frames) {
    return frames.empty() ||
           (frames.size() == 1 && frames[0].file.empty() &&
            frames[0].function.find("+0x") != std::string::npos);
  }

  std::size_t function(const Frame& frame) {
    const auto [known, fresh] = functions_.try_emplace(
        {frame.function, frame.file}, profile_.functions.size());
    if (fresh) {
      ProfileFunction made;
      made.name = short_name(frame.function);
      made.system_name = frame.function;
      made.file = frame.file;
      profile_.functions.push_back(std::move(made));
    }
    return known->second;
  }

  Profile& profile_;
  Symboliser symboliser_;
  std::map<std::string, std::vector<FileSegment>> segments_;
  std::map<std::pair<std::string, std::string>, std::size_t> functions_;
};

// As the linker has it: for people, if it is of C++.
std::string readable(const std::string& name) {
  if (name.starts_with("_Z")) {
    int state = 0;
    const std::unique_ptr<char, decltype(&std::free)> demangled(
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &state),
        &std::free);
    if (state == 0 && demangled) return short_name(demangled.get());
  }
  return name.find("::") == std::string::npos ? name : short_name(name);
}

}  // namespace

Profile with_names(Profile profile) {
  for (ProfileFunction& function : profile.functions)
    if (function.name.empty() || function.name == function.system_name)
      function.name = readable(function.system_name);
  Namer namer(profile);
  for (ProfileLocation& location : profile.locations) namer.name(location);
  return profile;
}

}  // namespace tidemark
