#include "harness/cli/heap_dump_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

class HeapDumpFile : public testing::Test {
 protected:
  HeapDumpFile() {
    std::string pattern = testing::TempDir() + "/heap_dump.XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~HeapDumpFile() override { std::filesystem::remove_all(folder); }

  std::string folder;
};

TEST_F(HeapDumpFile, IsToldByItsFirstBytes) {
  std::ofstream(folder + "/dump") << "JAVA PROFILE 1.0.2";
  std::ofstream(folder + "/record") << "{\"version\": 4}";
  EXPECT_TRUE(is_heap_dump(folder + "/dump"));
  EXPECT_FALSE(is_heap_dump(folder + "/record"));
  EXPECT_FALSE(is_heap_dump(folder + "/nothing"));
  EXPECT_FALSE(is_heap_dump(folder));
}

// What was read would be missing when the pipe is read as what it is.
TEST_F(HeapDumpFile, NothingIsTakenFromAPipe) {
  const std::string path = folder + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  // Both ends, so that nobody waits for the other.
  const Fd pipe(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(pipe);
  const std::string text = "JAVA PROFILE 1.0.2";
  ASSERT_EQ(::write(pipe.get(), text.data(), text.size()),
            static_cast<ssize_t>(text.size()));
  EXPECT_FALSE(is_heap_dump(path));
  std::string left(64, '\0');
  EXPECT_EQ(::read(pipe.get(), left.data(), left.size()),
            static_cast<ssize_t>(text.size()));
}

}  // namespace
}  // namespace tidemark
