#include "harness/attach/target_module.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/attach/loaded_image.h"

namespace tidemark::attach {
namespace {

constexpr const char* kMaps =
    "55d0a0000000-55d0a0001000 r--p 00000000 fe:00 7    /srv/my chat\n"
    "55d0a0001000-55d0a0004000 r-xp 00001000 fe:00 7    /srv/my chat\n"
    "55d0a0004000-55d0a0005000 rw-p 00004000 fe:00 7    /srv/my chat\n"
    "7f0000000000-7f0000100000 rw-p 00000000 00:00 0 \n"
    "7f0000200000-7f0000228000 r--p 00000000 fe:00 9    /lib/libc.so.6\n"
    "7f0000228000-7f00003bd000 r-xp 00028000 fe:00 9    /lib/libc.so.6\n"
    "7f0000400000-7f0000401000 r--s 00000000 fe:00 8    /srv/data\n"
    "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0    [stack]\n";

TEST(TargetModule, FilesWithCodeByTheirPaths) {
  const std::vector<TargetModule> modules = parse_modules(kMaps);
  ASSERT_EQ(modules.size(), 2u);
  EXPECT_EQ(modules[0].path, "/srv/my chat");
  EXPECT_EQ(modules[0].begin, 0x55d0a0000000u);
  EXPECT_TRUE(modules[0].has_code_at(0x55d0a0003fff));
  EXPECT_FALSE(modules[0].has_code_at(0x55d0a0004000));
  ASSERT_NE(find_libc(modules), nullptr);
  EXPECT_EQ(find_libc(modules)->path, "/lib/libc.so.6");
  EXPECT_EQ(find_module(modules, "/srv/data"), nullptr);
}

TEST(TargetModule, NonsenseIsNoModule) {
  EXPECT_TRUE(parse_modules("").empty());
  EXPECT_TRUE(parse_modules("-\n5-3 r-xp 0 0 0 /a\nzz-zz r-xp\n1-2").empty());
}

TEST(TargetModule, AFunctionIsWhereThisProcessHasIt) {
  const std::vector<TargetModule> modules = modules_of(getpid());
  const TargetModule* libc = find_libc(modules);
  ASSERT_NE(libc, nullptr);
  EXPECT_EQ(find_function(getpid(), *libc, "getenv"),
            reinterpret_cast<std::uint64_t>(&::getenv));
  EXPECT_EQ(find_function(getpid(), *libc, "no_such_function"), std::nullopt);
}

// A profiler may have done so, and the loader puts the true one where it likes.
TEST(TargetModule, AFileMappedAsDataIsNotTheModule) {
  const std::vector<TargetModule> before = modules_of(getpid());
  const TargetModule* libc = find_libc(before);
  ASSERT_NE(libc, nullptr);
  const int fd = open(libc->path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  constexpr std::size_t kBytes = 4096;
  void* const low = reinterpret_cast<void*>(0x10000000);
  void* data = mmap(low, kBytes, PROT_READ, MAP_PRIVATE, fd, 0);
  ASSERT_NE(data, MAP_FAILED);
  const std::vector<TargetModule> modules = modules_of(getpid());
  ASSERT_NE(find_libc(modules), nullptr);
  EXPECT_EQ(find_libc(modules)->begin, libc->begin);
  munmap(data, kBytes);
  close(fd);
}

TEST(TargetModule, AFileThatWasReplacedHasItsNameStill) {
  const std::vector<TargetModule> modules = parse_modules(
      "7f0000200000-7f0000228000 r-xp 00000000 fe:00 9  /lib/libc.so.6 "
      "(deleted)\n");
  ASSERT_EQ(modules.size(), 1u);
  EXPECT_EQ(modules[0].path, "/lib/libc.so.6");
  EXPECT_NE(find_libc(modules), nullptr);
}

}  // namespace
}  // namespace tidemark::attach
