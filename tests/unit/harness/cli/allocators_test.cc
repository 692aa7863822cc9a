#include "harness/cli/allocators.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

namespace tidemark {
namespace {

class Allocators : public testing::Test {
 protected:
  Allocators() {
    std::string pattern = testing::TempDir() + "/allocators.XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~Allocators() override { std::filesystem::remove_all(folder); }

  std::string folder;
};

TEST_F(Allocators, AreLookedForInEachFolder) {
  const std::string library = folder + "/libmimalloc.so.2";
  std::ofstream{library};
  const std::vector<std::string> folders = {"/nowhere", folder};
  const Result<std::string> found = find_allocator("mimalloc", folders);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, library);
}

TEST_F(Allocators, ThatAreNotInstalledAreToldWithTheirPackage) {
  const std::vector<std::string> folders = {folder};
  struct Case {
    const char* name;
    const char* library;
    const char* package;
  };
  for (const Case& one :
       {Case{"jemalloc", "libjemalloc.so.2", "libjemalloc2"},
        Case{"mimalloc", "libmimalloc.so.2", "libmimalloc2.0"},
        Case{"tcmalloc", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"}}) {
    const Result<std::string> found = find_allocator(one.name, folders);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::kEnvironment);
    EXPECT_EQ(found.error().message, std::string("target.allocator is ") +
                                         one.name + ", but " + one.library +
                                         " is not installed");
    EXPECT_EQ(found.error().hint,
              std::string("apt-get install ") + one.package);
  }
}

TEST_F(Allocators, MayBeAPathToAFileThatIsThere) {
  const std::string library = folder + "/my.so";
  const Result<std::string> missing = find_allocator(library, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(missing.error().message,
            "target.allocator: there is no file " + library);
  std::ofstream{library};
  const Result<std::string> found = find_allocator(library, {});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, library);
}

}  // namespace
}  // namespace tidemark
