#include "harness/cli/template_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <utility>

#include "harness/base/text_file.h"
#include "harness/scenario/expand.h"

namespace tidemark {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class TemplateFiles : public ::testing::Test {
 protected:
  TemplateFiles() : folder_(*ScratchFolder::make()) {}

  // A scenario with one file, from a template of this text.
  Scenario with(const std::string& text) const {
    const std::string path = folder_.path() + "/server.conf.in";
    EXPECT_TRUE(write_file_atomically(path, text));
    Scenario scenario;
    scenario.cell = {{"buffer", "4KiB"}};
    scenario.target.command = {"./server", "{{ files }}/server.conf"};
    scenario.target.files["server.conf"].path = path;
    return scenario;
  }

  ScratchFolder folder_;
};

TEST_F(TemplateFiles, LevelsPortsAndTheFolderAreFilledIn) {
  auto scenario = with_templates(
      with("port {{ port }}\nbuffer {{ buffer }} {{buffer.bytes}}\n"
           "log {{ files }}/log\n"));
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_TRUE(uses_port(*scenario));
  const auto folder = write_files(with_port(*std::move(scenario), 7001));
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(*read_file(folder->path() + "/server.conf"),
            "port 7001\nbuffer 4KiB 4096\nlog " + folder->path() + "/log\n");
}

TEST_F(TemplateFiles, TheFolderGoesWithItsOwner) {
  auto scenario = with_templates(with("a\n"));
  ASSERT_TRUE(scenario);
  std::string path;
  {
    auto folder = write_files(*scenario);
    ASSERT_TRUE(folder);
    const ScratchFolder moved = *std::move(folder);
    path = moved.path();
    EXPECT_TRUE(fs::exists(path + "/server.conf"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemplateFiles, WithoutFilesThereIsNoFolder) {
  const auto folder = write_files(Scenario{});
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->path(), "");
}

TEST_F(TemplateFiles, WhatIsWrongIsNamedWithItsFile) {
  Scenario scenario = with("x");
  scenario.target.files["server.conf"].path += ".not-there";
  const auto missing = with_templates(std::move(scenario));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(missing.error().message, HasSubstr("target.files.server.conf"));
  const auto unknown = with_templates(with("{{ bufer }}"));
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("unknown variable `bufer`"));
}

}  // namespace
}  // namespace tidemark
