// The catalogue: names that can be written in a scenario, and bytes that are
// what their names say.
#include "drivers/http/provocations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/unit/drivers/http/story.h"

namespace tidemark::http {
namespace {

std::string bytes_of(const Provocation& provocation, std::uint64_t seed = 1) {
  Random random(seed);
  const ProvocationScene scene{"127.0.0.1:9001", "/chat?room=1",
                               "Cookie: a=b\r\n", random};
  std::string out;
  provocation.write(scene, out);
  return out;
}

std::string bytes_of(std::string_view name) {
  for (const Provocation& provocation : provocations())
    if (provocation.name == name) return bytes_of(provocation);
  ADD_FAILURE() << "no provocation " << name;
  return {};
}

// What a strict server thinks of it: the stand-in's.
std::string judgement(const std::string& bytes) {
  const std::string told =
      http_test::request_story(bytes, [] { return std::string::npos; });
  return told.substr(0, told.find("OUT\n"));
}

TEST(HttpProvocations, AreManyAndHaveUniqueNames) {
  std::set<std::string_view> names;
  for (const Provocation& provocation : provocations()) {
    EXPECT_TRUE(names.insert(provocation.name).second) << provocation.name;
    EXPECT_FALSE(provocation.name.empty());
    EXPECT_TRUE(std::all_of(provocation.name.begin(), provocation.name.end(),
                            [](char c) {
                              return (c >= 'a' && c <= 'z') || c == '_' ||
                                     (c >= '0' && c <= '9');
                            }))
        << provocation.name;
    EXPECT_FALSE(provocation.summary.empty()) << provocation.name;
    EXPECT_LE(provocation.summary.size(), 60u) << provocation.name;
  }
  EXPECT_GE(names.size(), 45u);
}

TEST(HttpProvocations, WriteSomethingBoundedAndReproducible) {
  for (const Provocation& provocation : provocations()) {
    ASSERT_NE(provocation.write, nullptr) << provocation.name;
    const std::string bytes = bytes_of(provocation);
    EXPECT_FALSE(bytes.empty()) << provocation.name;
    EXPECT_LT(bytes.size(), 3u << 20) << provocation.name;
    EXPECT_EQ(bytes_of(provocation), bytes) << provocation.name;
  }
}

TEST(HttpProvocations, AreJudgedTheSameHoweverTheyAreCut) {
  for (const Provocation& provocation : provocations()) {
    const std::string bytes = bytes_of(provocation);
    Random random(3);
    const std::string pieces =
        http_test::request_story(bytes, [&] { return 1 + random.below(999); });
    EXPECT_EQ(http_test::request_story(bytes, [&] { return bytes.size(); }),
              pieces)
        << provocation.name;
  }
}

TEST(HttpProvocations, CarryTheLoadsOwnHeaders) {
  for (const char* name : {"unknown_method", "obs_fold", "two_lengths", "trace",
                           "pipelined_reset", "upgrade_unknown"})
    EXPECT_NE(bytes_of(name).find("Cookie: a=b\r\n"), std::string::npos)
        << name;
}

// Spot checks against a strict reader: the fault is the one that is named,
// and not an accident of the rest of the request.
TEST(HttpProvocations, AreWrongInTheWayTheySay) {
  const std::pair<const char*, const char*> cases[] = {
      {"illegal_method", "bad method"},
      {"http_9_9", "bad version"},
      {"no_version", "bad target"},
      {"nul_first", "bad method"},
      {"nul_in_path", "bad target"},
      {"bare_lf", "bad line ending"},
      {"no_colon", "bad field"},
      {"blank_before_colon", "bad field"},
      {"empty_header_name", "bad field"},
      {"illegal_header_name", "bad field"},
      {"nul_in_header", "bad value"},
      {"cr_in_header", "bad line ending"},
      {"huge_header", "header limit exceeded"},
      {"enormous_path", "header limit exceeded"},
      {"two_lengths", "multiple Content-Length"},
      {"length_list", "multiple Content-Length"},
      {"negative_length", "bad Content-Length"},
      {"overflowing_length", "bad Content-Length"},
      {"length_is_no_number", "bad Content-Length"},
      {"length_and_chunked", "bad Transfer-Encoding"},
      {"chunk_size_is_no_number", "bad chunk"},
      {"chunk_size_overflows", "bad chunk"},
      {"chunk_end_missing", "bad chunk"},
      {"chunk_extension_huge", "header limit exceeded"},
      {"huge_trailer", "header limit exceeded"},
  };
  for (const auto& [name, why] : cases)
    EXPECT_EQ(judgement(bytes_of(name)),
              std::string("ended: not HTTP: ") + why + "\n")
        << name;
}

TEST(HttpProvocations, ThatAreLegalCanBeAnswered) {
  // HTTP/0.9 and bare line feeds are what this strict reader refuses; a body
  // that never comes is what it waits for.
  const std::set<std::string_view> others{"http_0_9", "bare_lf",
                                          "expect_continue_no_body"};
  for (const Provocation& provocation : provocations()) {
    if (!provocation.legal || others.contains(provocation.name)) continue;
    const std::string told = judgement(bytes_of(provocation));
    const bool large = told == "ended: not HTTP: header limit exceeded\n";
    EXPECT_TRUE(large || told.starts_with("asked "))
        << provocation.name << ": " << told;
  }
}

// What is illegal is refused, or never whole, or it is well framed and wrong
// only to those who look at what it means, as the stand-in does not.
TEST(HttpProvocations, ThatAreIllegalAreRefusedButForWhatIsWellFramed) {
  std::set<std::string_view> understood;
  for (const Provocation& provocation : provocations()) {
    const std::string told = judgement(bytes_of(provocation));
    if (provocation.legal || told.empty()) continue;
    if (told.find("ended: not HTTP: ") == std::string::npos)
      understood.insert(provocation.name);
  }
  const std::set<std::string_view> wanted{"non_ascii_path",
                                          "unknown_method",
                                          "authority_form",
                                          "asterisk_get",
                                          "percent_errors",
                                          "percent_nul",
                                          "no_host",
                                          "two_hosts",
                                          "illegal_host",
                                          "obs_fold",
                                          "chunked_twice",
                                          "chunked_not_last",
                                          "unknown_transfer_encoding"};
  EXPECT_EQ(understood, wanted);
}

// Whatever else is asked for and not sent would be waited for, and that is
// another fault than the one named.
TEST(HttpProvocations, OnlyThoseThatWaitAreIncomplete) {
  std::set<std::string_view> incomplete;
  for (const Provocation& provocation : provocations())
    if (judgement(bytes_of(provocation)).empty())
      incomplete.insert(provocation.name);
  const std::set<std::string_view> wanted{"only_empty_lines",
                                          "head_cut_off",
                                          "head_cut_off_fin",
                                          "huge_length",
                                          "chunk_size_huge",
                                          "body_cut_short_fin",
                                          "body_cut_short_reset",
                                          "body_cut_short_wait",
                                          "chunk_cut_short_fin",
                                          "last_chunk_missing",
                                          "chunk_cut_short_reset",
                                          "http_0_9",
                                          "bare_cr",
                                          "chunk_bare_lf",
                                          "expect_continue_no_body"};
  EXPECT_EQ(incomplete, wanted);
}

TEST(HttpProvocations, BodiesCutShortAreNeverWhole) {
  for (const Provocation& provocation : provocations()) {
    if (provocation.name.find("cut_short") == std::string_view::npos) continue;
    EXPECT_EQ(judgement(bytes_of(provocation)), "") << provocation.name;
  }
}

TEST(HttpProvocations, PipelinedRequestsAreAHundred) {
  const std::string told = judgement(bytes_of("pipelined_reset"));
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 100);
}

}  // namespace
}  // namespace tidemark::http
