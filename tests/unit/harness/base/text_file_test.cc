#include "harness/base/text_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tidemark {
namespace {

class TextFile : public testing::Test {
 protected:
  TextFile() {
    std::string name = testing::TempDir() + "tidemark-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~TextFile() override { std::filesystem::remove_all(folder_); }

  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      count += entry.exists() ? 1 : 0;
    }
    return count;
  }

  std::filesystem::path folder_;
};

TEST_F(TextFile, WhatWasWrittenIsRead) {
  const std::string path = folder_ / "record";
  const std::string text(200'000, 'x');
  ASSERT_TRUE(write_file_atomically(path, text));
  const Result<std::string> read = read_file(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, text);
  EXPECT_EQ(files(), 1u);
}

TEST_F(TextFile, APlainFileIsNoPipeNoDeviceAndNotTooLarge) {
  const std::string path = folder_ / "source.cc";
  ASSERT_TRUE(write_file_atomically(path, "12345678"));
  EXPECT_EQ(read_plain_file(path, 8).value_or(""), "12345678");
  EXPECT_FALSE(read_plain_file(path, 7));
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(read_plain_file(pipe, 100));
  EXPECT_FALSE(read_plain_file("/dev/zero", 100));
  EXPECT_FALSE(read_plain_file(folder_, 100));
}

TEST_F(TextFile, AnOldFileIsReplacedWhole) {
  const std::string path = folder_ / "record";
  ASSERT_TRUE(write_file_atomically(path, "a long first text"));
  ASSERT_TRUE(write_file_atomically(path, "short"));
  EXPECT_EQ(read_file(path).value(), "short");
}

TEST_F(TextFile, AFileIsAsReadableAsTheUmaskAllows) {
  const mode_t before = ::umask(027);
  const std::string path = folder_ / "record";
  const Status written = write_file_atomically(path, "x");
  ::umask(before);
  ASSERT_TRUE(written);
  struct stat status = {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(TextFile, AFailedWriteLeavesNoTemporaryFile) {
  const std::string path = folder_ / "taken";
  std::filesystem::create_directory(path);
  const Status status = write_file_atomically(path, "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "cannot write " + path + ": Is a directory");
  EXPECT_EQ(files(), 1u);
}

TEST_F(TextFile, AMissingFileIsNamed) {
  const Result<std::string> text = read_file("/nonexistent/file");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::kEnvironment);
  EXPECT_EQ(text.error().message,
            "cannot read /nonexistent/file: No such file or directory");
}

TEST_F(TextFile, AMissingFolderIsNamed) {
  const Status status = write_file_atomically("/nonexistent/file", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "cannot write /nonexistent/file: No such file or directory");
  EXPECT_EQ(status.error().hint, "the folder must exist and be writable");
}

TEST_F(TextFile, AFileWithoutASizeIsReadToItsEnd) {
  const Result<std::string> text = read_file("/proc/self/stat");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->back(), '\n');
}

}  // namespace
}  // namespace tidemark
