// Comparing a whole text with tests/approved/NAME. With TIDEMARK_APPROVE=1 in
// the environment (ci/approve) the file is written instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "harness/base/text_file.h"

namespace tidemark {

// The tests start in the source tree.
inline void expect_approved(const std::string& name, const std::string& text) {
  const std::string path = "tests/approved/" + name;
  if (std::getenv("TIDEMARK_APPROVE") != nullptr) {
    const Status written = write_file_atomically(path, text);
    ASSERT_TRUE(written) << written.error().message;
    return;
  }
  const Result<std::string> approved = read_file(path);
  ASSERT_TRUE(approved) << approved.error().message << "\nci/approve writes it";
  EXPECT_EQ(*approved, text)
      << path << " differs. If the new text is right: ci/approve";
}

}  // namespace tidemark
