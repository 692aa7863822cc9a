#include "harness/runtimes/native/symbolise.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <link.h>

#include <array>
#include <filesystem>

namespace tidemark {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// The address its caller goes on at. The empty asm keeps every call in this
// file a call, at any optimisation level.
__attribute__((noinline)) const void* here() {
  const void* address = __builtin_return_address(0);
  asm volatile("" ::: "memory");
  return address;
}

struct Spot {
  const void* address = nullptr;
  std::uint32_t line = 0;  // where the call to here() is written
};

// clang-format off
__attribute__((noinline)) Spot plain_function() {
  Spot spot{here(), __LINE__};
  asm volatile("" ::: "memory");
  return spot;
}

__attribute__((always_inline)) inline Spot inner() {
  Spot spot{here(), __LINE__};
  asm volatile("" ::: "memory");
  return spot;
}

struct Call {
  Spot spot;
  std::uint32_t line = 0;  // where the inlined function is called
};

__attribute__((always_inline)) inline Call middle() {
  Call call{inner(), __LINE__};
  asm volatile("" ::: "memory");
  return call;
}

__attribute__((noinline)) std::array<Call, 2> outer() {
  Call call = middle(); const std::uint32_t line = __LINE__;
  asm volatile("" ::: "memory");
  return {call, Call{{}, line}};
}

template <class T>
__attribute__((noinline)) Spot in_template(T) {
  Spot spot{here(), __LINE__};
  asm volatile("" ::: "memory");
  return spot;
}

struct Maker {
  __attribute__((noinline)) explicit Maker(int) : spot{here(), __LINE__} {
    asm volatile("" ::: "memory");
  }
  Spot spot;
};

__attribute__((noinline)) Spot in_lambda() {
  auto lambda = []() __attribute__((noinline)) {
    Spot spot{here(), __LINE__};
    asm volatile("" ::: "memory");
    return spot;
  };
  Spot spot = lambda();
  asm volatile("" ::: "memory");
  return spot;
}

// What a service of callbacks is made of: a lambda inlined into a member.
struct Reader {
  __attribute__((noinline)) Spot read() {
    auto done = [this]() __attribute__((always_inline)) {
      Spot spot{here(), __LINE__};
      asm volatile("" ::: "memory");
      return spot;
    };
    Spot spot = done();
    asm volatile("" ::: "memory");
    return spot;
  }
};
// clang-format on

CodeAddr code_of(const void* address) {
  Dl_info info{};
  link_map* map = nullptr;
  if (!dladdr1(address, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP))
    return {};
  std::string path = *map->l_name != 0 ? map->l_name : "/proc/self/exe";
  return {std::filesystem::canonical(path).string(),
          reinterpret_cast<std::uint64_t>(address) - map->l_addr};
}

std::vector<Frame> frames_at(const void* address) {
  Symboliser symboliser;
  return symboliser.frames(code_of(address));
}

void expect_here(const Frame& frame, std::uint32_t line) {
  EXPECT_THAT(frame.file, EndsWith("native/symbolise_test.cc"));
  EXPECT_EQ(frame.line, line) << frame.function;
  EXPECT_FALSE(frame.library) << frame.function;
}

TEST(Symboliser, APlainFunctionIsNamedWithTheLineOfTheCall) {
  const Spot spot = plain_function();
  const std::vector<Frame> frames = frames_at(spot.address);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].function,
            "tidemark::(anonymous namespace)::plain_function()");
  EXPECT_FALSE(frames[0].inlined);
  EXPECT_EQ(frames[0].module, code_of(spot.address).module);
  expect_here(frames[0], spot.line);
}

TEST(Symboliser, EveryInlinedFunctionIsAFrameWithItsOwnLine) {
  const std::array<Call, 2> calls = outer();
  const std::vector<Frame> frames = frames_at(calls[0].spot.address);
  ASSERT_THAT(frames, SizeIs(3));
  EXPECT_THAT(frames[0].function, HasSubstr("inner"));
  EXPECT_TRUE(frames[0].inlined);
  expect_here(frames[0], calls[0].spot.line);
  EXPECT_THAT(frames[1].function, HasSubstr("middle"));
  EXPECT_TRUE(frames[1].inlined);
  expect_here(frames[1], calls[0].line);
  EXPECT_THAT(frames[2].function, HasSubstr("outer"));
  EXPECT_FALSE(frames[2].inlined);
  expect_here(frames[2], calls[1].line);
}

TEST(Symboliser, ATemplateShowsItsArguments) {
  const Spot spot = in_template<long>(1);
  const std::vector<Frame> frames = frames_at(spot.address);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_THAT(frames[0].function, HasSubstr("in_template<long>(long)"));
  expect_here(frames[0], spot.line);
}

TEST(Symboliser, AConstructorIsNamedAsOne) {
  const Maker maker(1);
  const std::vector<Frame> frames = frames_at(maker.spot.address);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_THAT(frames[0].function, EndsWith("Maker::Maker(int)"));
  expect_here(frames[0], maker.spot.line);
}

TEST(Symboliser, ALambdaIsNamedByTheFunctionItIsIn) {
  const Spot spot = in_lambda();
  const std::vector<Frame> frames = frames_at(spot.address);
  ASSERT_FALSE(frames.empty());
  EXPECT_THAT(frames[0].function, HasSubstr("in_lambda()::"));
  expect_here(frames[0], spot.line);
}

TEST(Symboliser, AnInlinedLambdaIsNamedByItsMemberFunction) {
  const Spot spot = Reader().read();
  const std::vector<Frame> frames = frames_at(spot.address);
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_THAT(frames[0].function, HasSubstr("operator()"));
  // -g1 says of an inlined function its name and nothing else.
  if (frames[0].function != "operator()") {
    EXPECT_THAT(frames[0].function, HasSubstr("Reader::read"));
    EXPECT_THAT(frames[0].function, HasSubstr("lambda"));
  }
  expect_here(frames[0], spot.line);
}

TEST(Symboliser, PathsBelowTheCurrentDirectoryAreRelativeToIt) {
  const Spot spot = plain_function();
  const std::filesystem::path before = std::filesystem::current_path();
  const std::string file = frames_at(spot.address)[0].file;
  std::filesystem::current_path("/");
  const std::string absolute = frames_at(spot.address)[0].file;
  std::filesystem::current_path(before);
  ASSERT_TRUE(absolute.starts_with(before.string() + "/"))
      << "to be started in the source tree, as ctest does";
  EXPECT_EQ(before.string() + "/" + file, absolute);
}

TEST(Symboliser, AStrippedLibraryIsNamedByItsDynamicSymbols) {
  // One that no sanitizer puts itself in front of.
  auto* function = static_cast<const char*>(dlsym(RTLD_DEFAULT, "hcreate_r"));
  ASSERT_NE(function, nullptr);
  CodeAddr first = code_of(function);
  first.offset += 1;
  Symboliser symboliser;
  const std::vector<Frame> frames = symboliser.frames(first);
  ASSERT_FALSE(frames.empty());
  EXPECT_THAT(frames.back().function, HasSubstr("hcreate_r"));
  EXPECT_TRUE(frames.back().library);
}

TEST(Symboliser, AFileThatCannotBeReadIsNamedByItsOffset) {
  Symboliser symboliser;
  const std::vector<Frame> frames =
      symboliser.frames({"/nowhere/libgone.so", 0x1234});
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].function, "libgone.so+0x1234");
  EXPECT_EQ(frames[0].file, "");
  EXPECT_EQ(frames[0].line, 0u);
}

TEST(Symboliser, CodeOutsideAnyFileIsSaidToBeSo) {
  Symboliser symboliser;
  EXPECT_EQ(symboliser.frames({"", 0x10})[0].function, "unknown code+0x10");
}

TEST(Symboliser, AnOffsetOutsideTheFileIsNamedByItsOffset) {
  const CodeAddr known = code_of(plain_function().address);
  Symboliser symboliser;
  const std::vector<Frame> frames =
      symboliser.frames({known.module, 0x7fffffffffffu});
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_THAT(frames[0].function, EndsWith("+0x7fffffffffff"));
}

TEST(Symboliser, AFileThatIsNoProgramIsNamedByItsOffset) {
  Symboliser symboliser;
  EXPECT_EQ(symboliser.frames({"/etc/passwd", 8})[0].function, "passwd+0x8");
}

}  // namespace
}  // namespace tidemark
