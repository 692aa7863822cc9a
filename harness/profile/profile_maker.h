// Profiles of stacks whose names are known already.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/profile/profile.h"

namespace tidemark {

struct NamedFrame {
  ProfileFunction function;
  std::int64_t line = 0;
  std::string module;    // path; empty: of no file
  bool inlined = false;  // the next frame is the function it is inlined into
};

class ProfileMaker {
 public:
  explicit ProfileMaker(std::vector<ValueType> types);

  // `stack` leaf first; a run of inlined frames and the function they are in
  // become one location. `values` as many as there are types. Samples of one
  // stack and one set of labels are one.
  void add(const std::vector<NamedFrame>& stack,
           const std::vector<std::int64_t>& values,
           std::vector<ProfileLabel> labels);

  // The main program: its mapping is the first. REQUIRES: nothing was added.
  void main_module(const std::string& file) { mapping(file); }

  // To be called once.
  Profile finish() { return std::move(profile_); }

 private:
  using Lines = std::vector<std::pair<std::size_t, std::int64_t>>;
  using SampleKey =
      std::pair<std::vector<std::size_t>, std::vector<ProfileLabel>>;

  std::size_t mapping(const std::string& file);
  std::size_t function(const ProfileFunction& function);
  std::size_t location(const std::string& module, const Lines& lines);

  Profile profile_;
  std::map<std::string, std::size_t> mappings_;
  std::map<std::pair<std::string, std::pair<std::string, std::string>>,
           std::size_t>
      functions_;
  std::map<std::pair<std::string, Lines>, std::size_t> locations_;
  std::map<SampleKey, std::size_t> samples_;
};

}  // namespace tidemark
