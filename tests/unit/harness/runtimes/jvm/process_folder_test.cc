#include "harness/runtimes/jvm/process_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

namespace tidemark::jvm {
namespace {

namespace fs = std::filesystem;

// In our own /tmp, which is the process's.
class ProcessFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<ProcessFolder> made = ProcessFolder::make(::getpid());
    ASSERT_TRUE(made) << made.error().message;
    folder_.emplace(*std::move(made));
    path_ = folder_->path();
  }

  std::optional<ProcessFolder> folder_;
  std::string path_;
};

TEST_F(ProcessFolderTest, IsThereUntilItGoesWithItsFiles) {
  EXPECT_TRUE(path_.starts_with("/tmp/tidemark-")) << path_;
  EXPECT_TRUE(fs::is_directory(path_));
  std::ofstream(path_ + "/heap.hprof") << "heap";
  std::ofstream(path_ + "/heap.hprof.p0") << "part";
  EXPECT_TRUE(folder_->open_file("heap.hprof"));
  folder_.reset();
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ProcessFolderTest, ReadsNeitherLinksNorPipes) {
  std::ofstream(path_ + "/file") << "heap";
  fs::create_symlink("file", path_ + "/link");
  ASSERT_EQ(::mkfifo((path_ + "/pipe").c_str(), 0600), 0);
  EXPECT_TRUE(folder_->open_file("file"));
  EXPECT_FALSE(folder_->open_file("link"));
  EXPECT_FALSE(folder_->open_file("pipe"));
  EXPECT_FALSE(folder_->open_file("nothing"));
}

// Whoever owns what is around it may move it away and put another there.
TEST_F(ProcessFolderTest, WhatStandsInItsPlaceIsLeftAlone) {
  const std::string away = path_ + "-away";
  fs::rename(path_, away);
  fs::create_directory(path_);
  std::ofstream(path_ + "/heap.hprof") << "of another";
  std::ofstream(away + "/heap.hprof") << "heap";
  folder_.reset();
  EXPECT_TRUE(fs::exists(path_ + "/heap.hprof"));
  EXPECT_FALSE(fs::exists(away + "/heap.hprof"));
  fs::remove_all(path_);
  fs::remove_all(away);
}

TEST(ProcessFolder, OfAProcessThatEndedIsAnError) {
  const Result<ProcessFolder> made = ProcessFolder::make(0);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            "cannot look at the process for the heap dump: No such file or "
            "directory");
}

}  // namespace
}  // namespace tidemark::jvm
