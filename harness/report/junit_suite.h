// One suite of JUnit XML, case by case. Private to this folder.
#pragma once

#include <string>
#include <utility>

#include "tidemark/units.h"

namespace tidemark {

class JunitSuite {
 public:
  explicit JunitSuite(std::string name) : name_(std::move(name)) {}

  // `fails` is a failure, `open` an error: neither passes.
  void add_case(const std::string& name, bool fails, bool open,
                const std::string& message);

  // The whole document.
  std::string finish(const std::string& started_at, Duration took) const;

 private:
  std::string name_;
  std::string cases_;
  int tests_ = 0;
  int failures_ = 0;
  int errors_ = 0;
};

}  // namespace tidemark
