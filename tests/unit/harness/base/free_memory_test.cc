// A machine made of files.
#include "harness/base/free_memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tidemark {
namespace {

class FreeMemoryTest : public testing::Test {
 protected:
  FreeMemoryTest() {
    root_ = testing::TempDir() + "machine_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    write("/proc/meminfo",
          "MemTotal:  8000000 kB\nMemAvailable:    1000 kB\nBuffers: 7 kB\n");
  }
  ~FreeMemoryTest() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file(root_ + path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  std::string root_;
};

TEST_F(FreeMemoryTest, WithoutALimitItIsWhatTheMachineHas) {
  const Result<FreeMemory> memory = free_memory(root_);
  ASSERT_TRUE(memory) << memory.error().message;
  EXPECT_EQ(memory->bytes, Bytes{1000 * 1024});
  EXPECT_EQ(memory->of, "available on this machine");
}

TEST_F(FreeMemoryTest, TheTightestLimitAboveCounts) {
  write("/proc/self/cgroup", "1:name=systemd:/old\n0::/a/b/c\n");
  write("/sys/fs/cgroup/a/b/c/memory.max", "max\n");
  write("/sys/fs/cgroup/a/b/c/memory.current", "10\n");
  write("/sys/fs/cgroup/a/b/memory.max", "5000\n");
  write("/sys/fs/cgroup/a/b/memory.current", "2000\n");
  write("/sys/fs/cgroup/a/memory.max", "9000\n");
  write("/sys/fs/cgroup/a/memory.current", "2000\n");
  const Result<FreeMemory> memory = free_memory(root_);
  ASSERT_TRUE(memory) << memory.error().message;
  EXPECT_EQ(memory->bytes, Bytes{3000});
  EXPECT_EQ(memory->of, "left below the limit of the cgroup /a/b");
}

TEST_F(FreeMemoryTest, AnotherProcessHasItsOwnLimit) {
  write("/proc/self/cgroup", "0::/a\n");
  write("/proc/4711/cgroup", "0::/b\n");
  for (const char* group : {"a", "b"})
    write(std::string("/sys/fs/cgroup/") + group + "/memory.current", "2000\n");
  write("/sys/fs/cgroup/a/memory.max", "5000\n");
  write("/sys/fs/cgroup/b/memory.max", "9000\n");
  EXPECT_EQ(free_memory(root_)->bytes, Bytes{3000});
  EXPECT_EQ(free_memory(root_, 4711)->bytes, Bytes{7000});
}

TEST_F(FreeMemoryTest, ALimitAboveWhatTheMachineHasIsNone) {
  write("/proc/self/cgroup", "0::/a\n");
  write("/sys/fs/cgroup/a/memory.max", "99999999999\n");
  write("/sys/fs/cgroup/a/memory.current", "2000\n");
  EXPECT_EQ(free_memory(root_)->bytes, Bytes{1000 * 1024});
}

TEST_F(FreeMemoryTest, WordsWhereNumbersBelongAreNoLimit) {
  write("/proc/self/cgroup", "0::/a\n0::");
  write("/sys/fs/cgroup/a/memory.max", "-5\n");
  write("/sys/fs/cgroup/a/memory.current", "x\n");
  EXPECT_EQ(free_memory(root_)->bytes, Bytes{1000 * 1024});
}

TEST_F(FreeMemoryTest, AMachineThatDoesNotSayIsAnErrorWithAWayOut) {
  write("/proc/meminfo", "MemTotal: 5 kB\n");
  const Result<FreeMemory> memory = free_memory(root_);
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().message, "/proc/meminfo has no MemAvailable");
}

}  // namespace
}  // namespace tidemark
