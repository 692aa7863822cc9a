#include "harness/runtimes/jvm/heap_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <utility>

#include "tests/support/hprof_writer.h"

namespace tidemark::jvm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HprofValue;
using testing::HprofWriter;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A file with these bytes, for as long as this lives.
class DumpFile {
 public:
  explicit DumpFile(const std::string& bytes) {
    path_ = ::testing::TempDir() + "/heap_XXXXXX";
    const int fd = mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    EXPECT_EQ(write(fd, bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
    close(fd);
  }
  ~DumpFile() { unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<DumpAnswer> read_bytes(
    const std::string& bytes,
    const std::vector<std::vector<std::string>>& questions = {},
    const DumpOptions& options = {}) {
  return read_dump(DumpFile(bytes).path(), questions, options);
}

// Identifiers of classes are below 0x1000, of objects above. The top of the
// library's tree of classes, as far as dumps need it.
enum : std::uint64_t {
  kObjectClass = 0x100,
  kStringClass = 0x108,
  kBytesClass = 0x110,
  kThreadClass = 0x118,
  kReferenceClass = 0x120,
  kWeakClass = 0x128,
  kSoftClass = 0x130,
  kArrayClass = 0x138,
  kRoomClass = 0x140,
  kSessionClass = 0x148,
};

HprofValue object(std::uint64_t id) { return {"", HprofType::kObject, id}; }
HprofValue field(std::string name) { return {std::move(name)}; }
HprofValue byte(std::uint64_t value) { return {"", HprofType::kByte, value}; }

void add_library(HprofWriter& writer) {
  writer.add_class({kObjectClass, "java/lang/Object", 0, 0, {}, {}});
  writer.add_class({kStringClass,
                    "java/lang/String",
                    kObjectClass,
                    0,
                    {field("value"), {"coder", HprofType::kByte, 0}},
                    {}});
  writer.add_class({kBytesClass, "[B", kObjectClass, 0, {}, {}});
  writer.add_class({kThreadClass,
                    "java/lang/Thread",
                    kObjectClass,
                    0,
                    {field("name"), field("threadLocals"), field("target")},
                    {}});
  writer.add_class({kReferenceClass,
                    "java/lang/ref/Reference",
                    kObjectClass,
                    0,
                    {field("referent"), field("queue")},
                    {}});
  writer.add_class(
      {kWeakClass, "java/lang/ref/WeakReference", kReferenceClass, 0, {}, {}});
  writer.add_class(
      {kSoftClass, "java/lang/ref/SoftReference", kReferenceClass, 0, {}, {}});
  writer.add_class(
      {kArrayClass, "[Ljava/lang/Object;", kObjectClass, 0, {}, {}});
}

void add_string(HprofWriter& writer, std::uint64_t id, std::uint64_t letters,
                const std::string& text) {
  writer.add_object(id, kStringClass, {object(letters), byte(0)});
  writer.add_primitives(letters, HprofType::kByte, {text.begin(), text.end()});
}

// Room.members, an array, holds two sessions; a third one is lost.
HprofWriter chat(std::uint32_t id_bytes = 8, std::string version = "1.0.2") {
  HprofWriter writer(id_bytes, std::move(version));
  add_library(writer);
  writer.add_class({kRoomClass,
                    "com/x/Room",
                    kObjectClass,
                    0,
                    {},
                    {{"members", HprofType::kObject, 0x1000},
                     {"count", HprofType::kInt, 3}}});
  writer.add_class({kSessionClass,
                    "com/x/Session",
                    kObjectClass,
                    0,
                    {{"number", HprofType::kInt, 0}, field("buffer")},
                    {}});
  writer.add_array(0x1000, kArrayClass, {0x1018, 0, 0x1028, 0});
  const HprofValue number{"", HprofType::kInt, 7};
  writer.add_object(0x1018, kSessionClass, {number, object(0)});
  writer.begin_segment();
  writer.add_object(0x1028, kSessionClass, {number, object(0x1038)});
  writer.add_primitives(0x1038, HprofType::kByte, {1, 2, 3});
  writer.add_object(0x1050, kSessionClass, {number, object(0)});
  return writer;
}

std::string way(const NamedPath& path) {
  std::string text = path.root_name;
  for (const NamedHolder& holder : path.holders)
    text += " → " + (holder.member.empty() ? "" : holder.member + " ") +
            holder.type;
  return text;
}

std::vector<std::string> ways(const NamedRetention& retention) {
  std::vector<std::string> all;
  for (const NamedPath& path : retention.paths) all.push_back(way(path));
  return all;
}

const DumpClass* class_of(const DumpAnswer& answer, const std::string& name) {
  for (const DumpClass& one : answer.classes)
    if (one.name == name) return &one;
  return nullptr;
}

Count objects_of(const DumpAnswer& answer, const std::string& name) {
  const DumpClass* const found = class_of(answer, name);
  return found ? found->objects : Count{};
}

class EveryFormat
    : public ::testing::TestWithParam<std::tuple<std::uint32_t, std::string>> {
};

INSTANTIATE_TEST_SUITE_P(HeapDump, EveryFormat,
                         ::testing::Combine(::testing::Values(4, 8),
                                            ::testing::Values("1.0.1",
                                                              "1.0.2")));

TEST_P(EveryFormat, StaticVariablesHoldByTheirNames) {
  const auto& [id_bytes, version] = GetParam();
  const Result<DumpAnswer> answer = read_bytes(chat(id_bytes, version).bytes(),
                                               {{"com.x.Session"}, {"byte[]"}});
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->of_questions, SizeIs(2));
  const NamedRetention& sessions = answer->of_questions[0];
  EXPECT_EQ(sessions.objects, Count{3});
  EXPECT_EQ(sessions.unreachable, Count{1});
  EXPECT_THAT(ways(sessions),
              ElementsAre("static com.x.Room.members → java.lang.Object[] → [] "
                          "com.x.Session"));
  EXPECT_EQ(sessions.paths[0].objects, Count{2});
  EXPECT_EQ(sessions.paths[0].root, RootKind::kGlobal);
  EXPECT_THAT(ways(answer->of_questions[1]),
              ElementsAre("static com.x.Room.members → java.lang.Object[] → [] "
                          "com.x.Session → buffer byte[]"));
  EXPECT_EQ(objects_of(*answer, "com.x.Session"), Count{3});
  EXPECT_EQ(objects_of(*answer, "java.lang.Class"), Count{10});
  ASSERT_FALSE(answer->roots.empty());
  EXPECT_EQ(answer->roots[0].name, "static com.x.Room.members");
}

TEST(HeapDump, SizesAreThoseOfCompressedReferencesBelow32GiB) {
  const Result<DumpAnswer> answer = read_bytes(chat().bytes());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(class_of(*answer, "com.x.Session")->bytes, Bytes{3 * 24});
  EXPECT_EQ(class_of(*answer, "java.lang.Object[]")->bytes, Bytes{32});
  EXPECT_EQ(class_of(*answer, "byte[]")->bytes, Bytes{24});
}

// Fifty objects with a reference and an int, then arrays, so far apart.
std::string heap_of(std::uint64_t at, std::uint64_t object_bytes,
                    std::uint64_t array_bytes) {
  HprofWriter writer;
  add_library(writer);
  writer.add_class({kSessionClass,
                    "com/x/Session",
                    kObjectClass,
                    0,
                    {{"number", HprofType::kInt, 0}, field("buffer")},
                    {}});
  for (int i = 0; i < 50; ++i) {
    writer.add_object(at, kSessionClass,
                      {{"", HprofType::kInt, 7}, object(at + object_bytes)});
    at += object_bytes;
    writer.add_primitives(at, HprofType::kByte, {1, 2, 3});
    at += array_bytes;
  }
  return writer.bytes();
}

TEST(HeapDump, SizesAgreeWithTheDistanceOfAddresses) {
  struct Case {
    std::uint64_t object;
    std::uint64_t array;
  };
  // Compressed references and classes; only classes; neither; compact headers.
  for (const Case& one :
       {Case{24, 24}, Case{24 + 0, 24}, Case{32, 32}, Case{16, 16}}) {
    const Result<DumpAnswer> answer =
        read_bytes(heap_of(0x7f0000000008, one.object, one.array));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(class_of(*answer, "com.x.Session")->bytes,
              Bytes{static_cast<std::int64_t>(50 * one.object)});
    EXPECT_EQ(class_of(*answer, "byte[]")->bytes,
              Bytes{static_cast<std::int64_t>(50 * one.array)});
    EXPECT_GT(answer->sizes_agree, 0.9);
  }
}

TEST(HeapDump, GapsOfAHeapThatHasHolesAreNotTakenForSizes) {
  const Result<DumpAnswer> answer = read_bytes(heap_of(0x10000, 24 + 128, 24));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_LT(answer->sizes_agree, 0.9);
  EXPECT_EQ(class_of(*answer, "com.x.Session")->bytes, Bytes{50 * 24});
}

// No dump has the padding of a contended field, nor fields of the JVM's own.
TEST(HeapDump, PaddingThatOnlyAddressesTellIsCounted) {
  HprofWriter writer;
  add_library(writer);
  std::uint64_t at = 0x10000;
  for (int i = 0; i < 400; ++i, at += 24)
    writer.add_object(at, kStringClass, {object(0), byte(0)});
  writer.add_class({0x200, "Worker", kThreadClass, 0, {}, {}});
  for (int i = 0; i < 6; ++i, at += 24 + 256)
    writer.add_object(at, kThreadClass, {object(0), object(0), object(0)});
  writer.add_object(at, 0x200, {object(0), object(0), object(0)});
  const Result<DumpAnswer> answer = read_bytes(writer.bytes());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(class_of(*answer, "java.lang.Thread")->bytes, Bytes{6 * 280});
  EXPECT_EQ(class_of(*answer, "Worker")->bytes, Bytes{280});
}

TEST(HeapDump, WhatIsLocalToAThreadIsHeldByThat) {
  HprofWriter writer = chat();
  add_string(writer, 0x2000, 0x2018, "http-12");
  writer.add_array(0x2040, kArrayClass, {0x1050});
  writer.add_object(0x2060, kThreadClass,
                    {object(0x2000), object(0x2040), object(0)});
  writer.add_root(HprofRoot::kThread, 0x2060, {1, 1});
  const Result<DumpAnswer> answer =
      read_bytes(writer.bytes(), {{"com.x.Session"}});
  ASSERT_TRUE(answer) << answer.error().message;
  const std::vector<NamedPath>& paths = answer->of_questions[0].paths;
  ASSERT_THAT(paths, SizeIs(2));
  EXPECT_EQ(paths[1].root, RootKind::kThreadLocal);
  EXPECT_EQ(way(paths[1]),
            "thread locals of thread http-N → java.lang.Object[] → [] "
            "com.x.Session");
  EXPECT_EQ(answer->of_questions[0].unreachable, Count{0});
}

TEST(HeapDump, FramesAreNamedByThreadMethodAndLine) {
  HprofWriter writer = chat();
  const std::uint32_t server =
      writer.add_class({0x150, "com/x/Server", kObjectClass, 0, {}, {}});
  writer.add_frame(0x21, "park", "Unsafe.java", 0, 0);
  writer.add_frame(0x22, "run", "Server.java", server, 12);
  writer.add_trace(5, 1, {0x21, 0x22});
  add_string(writer, 0x2000, 0x2018, "io");
  writer.add_object(0x2060, kThreadClass,
                    {object(0x2000), object(0), object(0)});
  writer.add_root(HprofRoot::kThread, 0x2060, {1, 5});
  writer.add_root(HprofRoot::kJavaFrame, 0x1050, {1, 1});
  const Result<DumpAnswer> answer =
      read_bytes(writer.bytes(), {{"com.x.Session"}});
  ASSERT_TRUE(answer) << answer.error().message;
  const std::vector<NamedPath>& paths = answer->of_questions[0].paths;
  ASSERT_THAT(paths, SizeIs(2));
  EXPECT_EQ(way(paths[1]),
            "thread io in com.x.Server.run (Server.java:12) → com.x.Session");
  EXPECT_EQ(paths[1].root, RootKind::kStack);
}

TEST(HeapDump, WeakReferencesHoldNothingAndSoftOnesWhatNothingElseDoes) {
  HprofWriter writer = chat();
  writer.add_object(0x2000, kWeakClass, {object(0x1050), object(0)});
  writer.add_root(HprofRoot::kJniGlobal, 0x2000);
  Result<DumpAnswer> answer = read_bytes(writer.bytes(), {{"com.x.Session"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->of_questions[0].unreachable, Count{1});

  writer.add_object(0x2010, kSoftClass, {object(0x1050), object(0)});
  writer.add_object(0x2020, kSoftClass, {object(0x1018), object(0)});
  writer.add_root(HprofRoot::kJniGlobal, 0x2010);
  writer.add_root(HprofRoot::kJniGlobal, 0x2020);
  answer = read_bytes(writer.bytes(), {{"com.x.Session"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->of_questions[0].unreachable, Count{0});
  const std::vector<NamedPath>& paths = answer->of_questions[0].paths;
  ASSERT_THAT(paths, SizeIs(2));
  EXPECT_EQ(paths[0].objects, Count{2});  // by the static variable, as before
  EXPECT_EQ(way(paths[1]),
            "java.lang.ref.SoftReference, which lets go → com.x.Session");
  EXPECT_EQ(paths[1].root, RootKind::kAllocator);
}

TEST(HeapDump, FieldsOfSuperclassesComeBehindTheirOwn) {
  HprofWriter writer;
  add_library(writer);
  writer.add_class({0x200,
                    "Base",
                    kObjectClass,
                    0,
                    {{"flag", HprofType::kBoolean, 0}, field("inherited")},
                    {}});
  writer.add_class({0x208,
                    "Derived",
                    0x200,
                    0,
                    {{"wide", HprofType::kLong, 0}, field("own")},
                    {{"instance", HprofType::kObject, 0x1000}}});
  writer.add_object(0x1000, 0x208,
                    {{"", HprofType::kLong, 1},
                     object(0x1020),
                     {"", HprofType::kBoolean, 1},
                     object(0x1030)});
  writer.add_primitives(0x1020, HprofType::kByte, {1});
  writer.add_primitives(0x1030, HprofType::kChar, {1});
  const Result<DumpAnswer> answer =
      read_bytes(writer.bytes(), {{"byte[]"}, {"char[]"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(ways(answer->of_questions[0]),
              ElementsAre("static Derived.instance → Derived → own byte[]"));
  EXPECT_THAT(
      ways(answer->of_questions[1]),
      ElementsAre("static Derived.instance → Derived → inherited char[]"));
}

TEST(HeapDump, ClassesOfOneNameAreToldApartByTheirLoaders) {
  HprofWriter writer;
  add_library(writer);
  writer.add_class({0x200,
                    "jdk/internal/loader/ClassLoaders$AppClassLoader",
                    kObjectClass,
                    0,
                    {},
                    {}});
  writer.add_class({0x208, "com/x/PluginLoader", kObjectClass, 0, {}, {}});
  writer.add_object(0x1000, 0x200, {});
  writer.add_object(0x1010, 0x208, {});
  writer.add_class({0x210, "Plugin", kObjectClass, 0x1000, {}, {}});
  writer.add_class({0x218, "Plugin", kObjectClass, 0x1010, {}, {}});
  writer.add_object(0x2000, 0x210, {});
  writer.add_object(0x2010, 0x218, {});
  writer.add_object(0x2020, 0x218, {});
  for (const std::uint64_t plugin : {0x2000, 0x2010, 0x2020})
    writer.add_root(HprofRoot::kMonitor, plugin);
  DumpOptions options;
  options.ways_of_top = 100;
  const Result<DumpAnswer> answer =
      read_bytes(writer.bytes(), {{"Plugin"}}, options);
  ASSERT_TRUE(answer) << answer.error().message;
  std::vector<std::string> found;
  for (const DumpClass& one : answer->classes)
    if (one.name == "Plugin")
      found.push_back(one.loader + " " + std::to_string(one.objects.value));
  EXPECT_THAT(found, ElementsAre("com.x.PluginLoader@1010 2", "app 1"));
  EXPECT_EQ(class_of(*answer, "byte[]"), nullptr);
  EXPECT_EQ(answer->of_questions[0].objects, Count{3});
  // The two are rows of their own, and are asked about by their one name.
  const auto is_row = [](const TopHolder& row) { return row.type == "Plugin"; };
  EXPECT_EQ(std::count_if(answer->top.begin(), answer->top.end(), is_row), 2);
  std::vector<HeldName> asked = answer->of_top;
  std::erase_if(asked,
                [](const HeldName& top) { return top.name != "Plugin"; });
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].held, answer->of_questions[0]);
}

TEST(HeapDump, ProgressIsToldAndCanEndIt) {
  const DumpFile file(chat().bytes());
  std::vector<std::string> phases;
  DumpOptions options;
  options.progress = [&](const DumpProgress& progress) {
    if (phases.empty() || phases.back() != progress.phase)
      phases.push_back(progress.phase);
    return true;
  };
  ASSERT_TRUE(read_dump(file.path(), {}, options));
  EXPECT_THAT(phases, SizeIs(5));
  for (std::size_t end = 1; end <= phases.size(); ++end) {
    std::size_t left = end;
    options.progress = [&](const DumpProgress&) { return --left > 0; };
    const Result<DumpAnswer> answer = read_dump(file.path(), {}, options);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::kInterrupted);
  }
}

TEST(HeapDump, AFileThatEndsEarlyIsSaidToBeGoodSoFar) {
  const std::string whole = chat().bytes();
  const Result<DumpAnswer> answer =
      read_bytes(whole.substr(0, whole.size() - 20));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(answer.error().message, HasSubstr("good up to byte"));
  EXPECT_THAT(answer.error().message,
              HasSubstr("ends in the midst of an object"));
}

// Between two records, too: what it has would be told as all that there is.
TEST(HeapDump, APartOfADumpIsNoDump) {
  for (const char* version : {"1.0.1", "1.0.2"}) {
    const std::string whole = chat(8, version).bytes();
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
      EXPECT_FALSE(read_bytes(whole.substr(0, bytes)))
          << bytes << " of " << version;
  }
}

TEST(HeapDump, PartsWithoutTheirEndAreSaidToBeCutOff) {
  const std::string whole = chat().bytes();
  constexpr std::size_t kEnd = 9;  // the record that ends the heap
  const Result<DumpAnswer> answer =
      read_bytes(whole.substr(0, whole.size() - kEnd));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("ends before the heap does"));
  EXPECT_THAT(answer.error().hint, HasSubstr("the disk was full"));
}

// Somebody writes a dump with fewer or more objects, in as many bytes, over it
// before it is read for the second time.
Result<DumpAnswer> read_while_changing(const std::string& before,
                                       const std::string& after) {
  EXPECT_EQ(before.size(), after.size());
  const DumpFile file(before);
  DumpOptions options;
  options.progress = [&](const DumpProgress& progress) {
    if (std::string_view(progress.phase) == "reading references")
      std::ofstream(file.path(), std::ios::in | std::ios::binary) << after;
    return true;
  };
  return read_dump(file.path(), {}, options);
}

TEST(HeapDump, AFileThatChangesWhileItIsReadIsAnError) {
  HprofWriter writer;
  add_library(writer);
  // More than the window has, so that all of it is read again.
  writer.add_primitives(0x1000, HprofType::kLong,
                        std::vector<std::uint64_t>(1 << 18));
  HprofWriter two = writer;
  two.add_primitives(0x400000, HprofType::kByte, {1});
  two.add_primitives(0x400018, HprofType::kByte, {1});
  HprofWriter one = writer;
  constexpr std::size_t kHead = 8 + 4 + 4 + 1 + 1;  // of an array's record
  one.add_primitives(0x400000, HprofType::kByte,
                     std::vector<std::uint64_t>(1 + kHead + 1));
  for (const auto& [before, after] :
       {std::pair(two.bytes(), one.bytes()), {one.bytes(), two.bytes()}}) {
    const Result<DumpAnswer> answer = read_while_changing(before, after);
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().message,
                HasSubstr("has changed since it was read for the first time"));
  }
}

TEST(HeapDump, WhatIsNoDumpIsToldFromOneThatIsPacked) {
  EXPECT_THAT(read_bytes("").error().message, HasSubstr("does not begin with"));
  EXPECT_THAT(read_bytes("\x1f\x8b\x08 and so on").error().message,
              HasSubstr("gzip"));
  EXPECT_THAT(read_bytes(HprofWriter(8, "1.0.3").bytes()).error().message,
              HasSubstr("another version"));
  EXPECT_THAT(read_bytes(HprofWriter(5).bytes()).error().message,
              HasSubstr("identifiers of 5 bytes"));
  EXPECT_EQ(read_dump("/nowhere/heap.hprof", {}, {}).error().kind,
            ErrorKind::kEnvironment);
  EXPECT_EQ(read_dump("/dev/null", {}, {}).error().kind,
            ErrorKind::kEnvironment);
}

TEST(HeapDump, LyingCountsAreErrors) {
  const auto complaint = [](const std::string& raw) {
    HprofWriter writer = chat();
    writer.add_raw(raw);
    const Result<DumpAnswer> answer = read_bytes(writer.bytes());
    return answer ? "" : answer.error().message;
  };
  const HprofWriter of;
  const std::string start = of.identifier(0x3000) + of.number(0, 4);
  EXPECT_THAT(complaint("\x22" + start + of.number(0xffffffff, 4) +
                        of.identifier(kArrayClass)),
              HasSubstr("an array of 34359738360 bytes is larger than the"));
  EXPECT_THAT(complaint("\x23" + start + of.number(0x7fffffff, 4) + "\x0b"),
              HasSubstr("is larger than the part"));
  EXPECT_THAT(complaint("\x23" + start + of.number(1, 4) + "\x03"),
              HasSubstr("unknown type, 3"));
  EXPECT_THAT(complaint("\x21" + start + of.identifier(kSessionClass) +
                        of.number(0xffffffff, 4)),
              HasSubstr("an object of 4294967295 bytes is larger"));
  EXPECT_THAT(complaint("\x21" + start + of.identifier(kSessionClass) +
                        of.number(2, 4) + "ab"),
              HasSubstr("com.x.Session with 2 bytes, and its fields have 12"));
  EXPECT_THAT(complaint("\x77"), HasSubstr("unknown kind, 0x77"));
}

TEST(HeapDump, AClassThatInheritsFromItselfIsAnError) {
  HprofWriter writer;
  writer.add_class({0x200, "A", 0x208, 0, {}, {}});
  writer.add_class({0x208, "B", 0x200, 0, {}, {}});
  const Result<DumpAnswer> answer = read_bytes(writer.bytes());
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("superclasses"));
}

TEST(HeapDump, ReferencesAndClassesThatAreNotThereAreLeftOut) {
  HprofWriter writer = chat();
  writer.add_array(0x3000, kArrayClass, {0x9999, 0x1050});
  writer.add_object(0x3020, 0x9998, {byte(1)});
  writer.add_root(HprofRoot::kUnknown, 0x3000);
  writer.add_root(HprofRoot::kMonitor, 0x7777);
  const Result<DumpAnswer> answer =
      read_bytes(writer.bytes(), {{"com.x.Session"}, {"no.such.Class"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->of_questions[0].unreachable, Count{0});
  EXPECT_EQ(way(answer->of_questions[0].paths[1]),
            "the JVM itself → java.lang.Object[] → [] com.x.Session");
  EXPECT_EQ(answer->of_questions[1].objects, Count{0});
  EXPECT_EQ(
      objects_of(*answer, "objects of classes that the dump does not have"),
      Count{1});
}

}  // namespace
}  // namespace tidemark::jvm
