#include "harness/cli/baseline_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "harness/base/text_file.h"
#include "harness/cli/stored_record.h"
#include "harness/report/record_json.h"
#include "tests/support/compared_runs.h"

namespace tidemark {
namespace {

class BaselineFile : public testing::Test {
 protected:
  BaselineFile() {
    folder_ = testing::TempDir() + "baseline_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    path_ = folder_ + "/base.json";
    EXPECT_TRUE(write_file_atomically(path_, to_json(baseline_)));
  }
  ~BaselineFile() override { std::filesystem::remove_all(folder_); }

  std::string text() const { return read_file(path_).value_or(""); }

  RunRecord baseline_ = run_with({leak_of("a", 96)});
  std::string folder_;
  std::string path_;
};

TEST_F(BaselineFile, LessIsWrittenAndReadBack) {
  ASSERT_TRUE(tighten_baseline(path_, baseline_, run_with({leak_of("a", 40)})));
  const Result<RunRecord> stored = stored_baseline(path_);
  ASSERT_TRUE(stored) << stored.error().message;
  ASSERT_EQ(stored->judgement->findings.size(), 1U);
  EXPECT_EQ(stored->judgement->findings[0].rate.bytes_per_connection, 40);
}

TEST_F(BaselineFile, WhatIsGoneLeavesARecordThatCanBeRead) {
  ASSERT_TRUE(tighten_baseline(path_, baseline_, run_with({})));
  const Result<RunRecord> stored = stored_baseline(path_);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_TRUE(stored->judgement->findings.empty());
}

TEST_F(BaselineFile, MoreLeavesTheFileAsItIs) {
  const std::string before = text();
  const auto written = std::filesystem::last_write_time(path_);
  ASSERT_TRUE(
      tighten_baseline(path_, baseline_, run_with({leak_of("a", 104)})));
  EXPECT_EQ(text(), before);
  EXPECT_EQ(std::filesystem::last_write_time(path_), written);
}

// A disk that is full after a few bytes.
TEST_F(BaselineFile, AnInterruptedWriteLeavesTheOldFile) {
  const std::string before = text();
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  rlimit little = old;
  little.rlim_cur = 100;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
  const Status written =
      tighten_baseline(path_, baseline_, run_with({leak_of("a", 40)}));
  setrlimit(RLIMIT_FSIZE, &old);
  signal(SIGXFSZ, handler);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kEnvironment);
  EXPECT_EQ(text(), before);
  // Nor is anything left beside it.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(BaselineFile, OnlyAWholeRunIsABaseline) {
  RunRecord partial = baseline_;
  partial.partial = true;
  ASSERT_TRUE(write_file_atomically(path_, to_json(partial)));
  const Result<RunRecord> stored = stored_baseline(path_);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(stored.error().message,
            path_ + ": that run did not come to a verdict");
}

}  // namespace
}  // namespace tidemark
