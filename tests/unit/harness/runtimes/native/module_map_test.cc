#include "harness/runtimes/native/module_map.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr const char* kMaps =
    "00400000-00452000 r--p 00000000 08:02 173521 /usr/bin/python3\n"
    "00452000-00460000 r-xp 00052000 08:02 173521 /usr/bin/python3\n"
    "7f0000000000-7f0000020000 rw-p 00000000 00:00 0 \n"
    "7f0000100000-7f0000120000 r--p 00000000 08:02 42 /lib/libc.so.6\n"
    "7f0000120000-7f0000200000 r-xp 00020000 08:02 42 /lib/libc.so.6\n"
    "7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0 [stack]\n"
    "garbage\n";

std::uint64_t first_vaddr(const std::string& path) {
  return path == "/usr/bin/python3" ? 0x400000 : 0;
}

TEST(ModuleMap, AnAddressBecomesAnOffsetInItsFile) {
  ModuleMap map = ModuleMap::parse(kMaps, first_vaddr);
  EXPECT_EQ(map.find(0x7f0000123456), (CodeAddr{"/lib/libc.so.6", 0x23456}));
}

TEST(ModuleMap, ANonPieExecutableKeepsItsAddresses) {
  ModuleMap map = ModuleMap::parse(kMaps, first_vaddr);
  EXPECT_EQ(map.find(0x452010), (CodeAddr{"/usr/bin/python3", 0x452010}));
}

TEST(ModuleMap, AnAddressOutsideEveryFileStaysItself) {
  ModuleMap map = ModuleMap::parse(kMaps, first_vaddr);
  EXPECT_EQ(map.find(0x7f0000000010), (CodeAddr{"", 0x7f0000000010}));
  EXPECT_EQ(map.find(1), (CodeAddr{"", 1}));
}

TEST(ModuleMap, AReturnAddressAtTheVeryEndBelongsToTheFileBefore) {
  ModuleMap map = ModuleMap::parse(kMaps, first_vaddr);
  EXPECT_EQ(map.find(0x460000).module, "/usr/bin/python3");
}

TEST(ModuleMap, AStaticProgramIsSaidToBeInvisible) {
  EXPECT_EQ(why_not_preloadable("/bin/true"), "");
  EXPECT_EQ(why_not_preloadable("/no/such/file"), "");
}

}  // namespace
}  // namespace tidemark
